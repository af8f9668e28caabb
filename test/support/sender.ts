import { formatSdkEventId } from "../../shared/event-id.ts";
import { newVisitor, SECRET_KEY, WRITE_KEY } from "./collector.ts";
import { until } from "./until.ts";

/** How often each numbered event of each contact was sent, or is there: `"anon:ann n17"` → times. */
export type Counts = Map<string, number>;

/** Different events of a contact, few enough for each to stay a signal of its own. */
const DISTINCT_EVENTS = 100;

interface Request {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of each event its contact and its number. */
  readonly keys: readonly string[];
}

/** A client that sends one request after the other, and each until it is acknowledged. */
export interface Sender {
  readonly refs: readonly string[];
  next(): Request;
}

/** As our script sends: one visitor, with the public key, ids of a producer and a running number. */
export function browserSender(random: () => number): Sender {
  const anonymousId = newVisitor();
  const producer = Math.random().toString(36).slice(2).padEnd(12, "x").slice(0, 12);
  let sent = 0;
  return {
    refs: [`anon:${anonymousId}`],
    next() {
      const now = new Date().toISOString();
      const events = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        const n = `n${sent % DISTINCT_EVENTS}`;
        const event = { ...numbered(n), anonymousId, timestamp: now };
        const messageId = formatSdkEventId(producer, sent);
        sent += 1;
        return { key: `anon:${anonymousId} ${n}`, event: { ...event, messageId } };
      });
      const batch = events.map(({ event }) => event);
      return {
        body: JSON.stringify({ batch, confirm: [], writeKey: WRITE_KEY, sentAt: now }),
        headers: { "content-type": "text/plain;charset=UTF-8" },
        keys: events.map(({ key }) => key),
      };
    },
  };
}

/** As a server's client of the Segment spec sends: several users in a batch, with ids of no order. */
export function serverSender(random: () => number): Sender {
  const users = Array.from({ length: 6 }, () => `user-${newVisitor()}`);
  let sent = 0;
  return {
    refs: users.map((user) => `user:${user}`),
    next() {
      const events = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
        const userId = users[Math.floor(random() * users.length)] ?? "";
        const n = `n${sent % DISTINCT_EVENTS}`;
        sent += 1;
        const event = { ...numbered(n), userId, messageId: `ajs-${crypto.randomUUID()}` };
        return { key: `user:${userId} ${n}`, event };
      });
      const authorization = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString("base64")}`;
      return {
        body: JSON.stringify({ batch: events.map(({ event }) => event), sentAt: new Date().toISOString() }),
        headers: { "content-type": "application/json", authorization },
        keys: events.map(({ key }) => key),
      };
    },
  };
}

function numbered(n: string) {
  return { type: "track", event: "Step", properties: { n } };
}

/**
 * How often it had to be sent until it was acknowledged. Where there is an answer, and it is not 200, it must be one
 * that asks for the same again.
 */
export async function sendUntilTaken(
  url: string,
  { body, headers }: Pick<Request, "body" | "headers">,
): Promise<number> {
  let attempts = 0;
  await until(async () => {
    attempts += 1;
    const response = await fetch(`${url}/v1/batch`, { method: "POST", body, headers }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (!response || text === undefined) return false;
    const mayAsk = response.status === 503 && response.headers.has("retry-after");
    if (response.status !== 200 && !mayAsk) throw new Error(`${response.status} ${text}`);
    return response.status === 200;
  }, Boolean);
  return attempts;
}

export function add(counts: Counts, keys: readonly string[]): void {
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
}
