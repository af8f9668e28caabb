import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Collector, type CollectorOptions, startCollector } from "../../scripts/collector.ts";
import type { IngestAnswer, ScoreAnswer } from "../../shared/wire.ts";

export const WRITE_KEY = "wk_test";
export const SECRET_KEY = "sk_test";
/** As long as `npm start` makes it. */
export const SIGNING_KEY = "signing-key-of-tests-0123456789abcdefghijkl";

interface TimelineDay {
  readonly day: string;
  readonly facts: readonly {
    readonly source: string;
    readonly event: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly count: number;
    readonly activeMs: number;
    readonly value?: number;
  }[];
  readonly visits: readonly {
    readonly source: string;
    readonly pages: number;
    readonly activeMs: number;
    readonly referrer?: string;
  }[];
}

interface Crossing {
  readonly at: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: string;
  readonly version: number;
  readonly previousVersion?: number;
}

/** A collector of the test's own, on real workerd, with a folder and a port of its own. */
export interface TestCollector {
  readonly url: string;
  /** Of the Worker beside it. */
  readonly besideUrl: string;
  readonly stateDir: string;
  /** What workerd has said since it was started. */
  said(): string;
  /** The process of workerd. */
  readonly pid: number;
  /** Ends workerd as a power cut would, and starts it again on the same folder and port. Between, something may happen. */
  killAndRestart(whileDown?: () => Promise<void>, changed?: TestLimits): Promise<void>;
  close(): Promise<void>;
  send(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a batch with the public key, and expects it to be taken. */
  batch(events: readonly unknown[], more?: Record<string, unknown>): Promise<IngestAnswer>;
  read(path: string): Promise<Response>;
  /** Any request with the secret key; a body goes as JSON, a text as it is. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Saves a model that is new, or is changed whatever it was, and expects that to be taken. */
  putModel(id: string, document: unknown): Promise<{ readonly version: number }>;
  score(ref: string, query?: string): Promise<ScoreAnswer>;
  timeline(ref: string): Promise<readonly TimelineDay[]>;
  crossings(ref: string, model: string): Promise<readonly Crossing[]>;
  rowsWritten(ref: string): Promise<number>;
}

interface TestLimits extends Pick<
  CollectorOptions,
  "addressHeader" | "allowPrivateDestinations" | "beside" | "maxLiveContacts" | "through"
> {
  /** In which the state folder is made. */
  readonly folder?: string;
}

export async function startTestCollector({
  folder = tmpdir(),
  ...limits
}: TestLimits = {}): Promise<TestCollector> {
  const stateDir = await mkdtemp(join(folder, "afterglow-"));
  const options = {
    stateDir,
    writeKey: WRITE_KEY,
    secretKey: SECRET_KEY,
    signingKey: SIGNING_KEY,
    ...limits,
  };
  let running: Collector = await startCollector({ ...options, port: 0 });
  const { url } = running;
  const port = Number(new URL(url).port);

  async function send(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return fetch(`${url}/v1/batch`, { method: "POST", body: text, headers });
  }

  async function request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${SECRET_KEY}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  const read = (path: string) => request("GET", path);

  async function readJson<T>(path: string): Promise<T> {
    const response = await read(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  return {
    url,
    besideUrl: running.besideUrl ?? "",
    stateDir,
    said: () => running.said(),
    get pid() {
      return running.process.pid ?? 0;
    },
    async killAndRestart(whileDown, changed = {}) {
      await running.stop("SIGKILL");
      await whileDown?.();
      running = await startCollector({ ...options, ...changed, port });
    },
    async close() {
      await running.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
    send,
    async batch(events, more = {}) {
      const response = await send({ writeKey: WRITE_KEY, batch: events, ...more });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      return response.json() as Promise<IngestAnswer>;
    },
    read,
    request,
    async putModel(id, document) {
      const path = `/v1/models/${id}`;
      const exists = (await read(path)).status === 200;
      const expects = exists ? { "if-match": "*" } : { "if-none-match": "*" };
      const response = await request("PUT", path, document, expects);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json() as Promise<{ version: number }>;
    },
    score: (ref, query = "explain=1") => readJson(`/v1/contacts/${encodeURIComponent(ref)}/score?${query}`),
    async timeline(ref) {
      const { days } = await readJson<{ days: TimelineDay[] }>(
        `/v1/contacts/${encodeURIComponent(ref)}/timeline`,
      );
      return days;
    },
    async crossings(ref, model) {
      const path = `/v1/contacts/${encodeURIComponent(ref)}/timeline?model=${model}`;
      const { crossings } = await readJson<{ crossings: Crossing[] }>(path);
      // What was recorded when one was found has tests of its own.
      return crossings.map(({ at, from, to, cause, version, previousVersion }) => ({
        at,
        from,
        to,
        cause,
        version,
        ...(previousVersion === undefined ? {} : { previousVersion }),
      }));
    },
    async rowsWritten(ref) {
      const contact = await readJson<{ storage: { rowsWritten: number } }>(
        `/v1/contacts/${encodeURIComponent(ref)}`,
      );
      return contact.storage.rowsWritten;
    },
  };
}

let made = 0;

/** A visitor that no other test uses. */
export function newVisitor(): string {
  made += 1;
  return `visitor-${process.pid}-${made}-${Math.random().toString(36).slice(2)}`;
}

/** A page visit as a client of the Segment spec sends it. */
export function pageVisit(anonymousId: string, path: string, more: Record<string, unknown> = {}) {
  const messageId = `message-${Math.random().toString(36).slice(2)}`;
  return { type: "page", messageId, anonymousId, properties: { path, title: path }, ...more };
}
