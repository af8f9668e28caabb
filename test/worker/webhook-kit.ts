import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { inject } from "vitest";

import type { CrossingRecord } from "../../worker/domain/crossing-record.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { type Answer, env, newSite, send } from "./two-sites.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** See test/support/webhook-receivers.ts. */
    receivers: string;
    /** Empty where HubSpot's descriptions of its API are not there. */
    hasHubSpot: string;
  }
}

let made = 0;

/** Of a name that nobody else has. */
function fresh(name: string): string {
  made += 1;
  return `${name}-${made}-${crypto.randomUUID().slice(0, 8)}`;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It is answered when the receiver is told what to answer next. */
  readonly isHeld?: true;
}

/** A receiver of the test's own, outside of workerd. */
export function newReceiver(...replies: readonly Reply[]) {
  return newReceiverOf("to", ...replies);
}

/** One that answers as others do, after these replies. */
export async function newReceiverOf(kind: "to" | "hubspot" | "salesforce", ...replies: readonly Reply[]) {
  const name = fresh(kind);
  const base = inject("receivers");
  const script = `${base}/script/${name}`;
  const answer = async (...all: readonly Reply[]) => {
    await fetch(script, { method: "PUT", body: JSON.stringify(all) });
  };
  await answer(...replies);
  return {
    url: `${base}/${kind}/${name}`,
    answer,
    received: async () => (await fetch(script)).json<Received[]>(),
  };
}

export function crossing(more: Partial<CrossingRecord> = {}): CrossingRecord {
  return {
    id: fresh("cr_"),
    contact: "user:ann",
    model: "product-a",
    version: 3,
    at: Date.now(),
    from: "MQL",
    to: "SQL",
    cause: "event",
    score: 87,
    axes: { engagement: 80, fit: 7 },
    reasons: [{ rule: "pricing", label: "Pricing, 5 times", points: 50 }],
    traits: { email: "ann@corp.example", name: "Ann", company: "Corp" },
    ...more,
  };
}

interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly error?: string;
  readonly nextAttemptAt?: string;
  readonly crossing?: { readonly id: string; readonly contact: string };
}

/** A site with its deliveries, and an alarm that rings when the test says so. */
export async function newDeliveries() {
  const site = await newSite(fresh("site").toLowerCase());
  const stub = () => objectsOf(env, site.id).deliveries();
  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    send(method, `/v1/webhooks${path}`, { key: site.secretKey, ...(body === undefined ? {} : { body }) });
  const sql = (statement: string) =>
    runInDurableObject(stub(), (_, { storage }) => storage.sql.exec(statement).toArray());
  return {
    site,
    stub,
    call,
    sql,
    async make(document: object): Promise<{ readonly id: string; readonly secret: string }> {
      const { status, body } = await call("POST", "", document);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body as { id: string; secret: string };
    },
    take: (...crossings: readonly CrossingRecord[]) => stub().take(JSON.stringify(crossings)),
    ring: () => runDurableObjectAlarm(stub()),
    /** As if all waits were over: the clock of the runtime cannot be set. */
    async later() {
      await sql("UPDATE deliveries SET due = 0 WHERE status = 'pending'");
      await sql("UPDATE destinations SET paused_until = 0");
    },
    async listed(id: string, query = ""): Promise<readonly Delivery[]> {
      const { body } = await call("GET", `/${id}/deliveries${query}`);
      return body["deliveries"] as readonly Delivery[];
    },
  };
}
