import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Collector, startCollector } from "../../scripts/collector.ts";
import type { IngestAnswer, ScoreAnswer } from "../../shared/wire.ts";

export const WRITE_KEY = "wk_test";
export const SECRET_KEY = "sk_test";

interface TimelineDay {
  readonly day: string;
  readonly facts: readonly {
    readonly event: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly count: number;
    readonly activeMs: number;
    readonly value?: number;
  }[];
  readonly visits: readonly {
    readonly pages: number;
    readonly activeMs: number;
    readonly referrer?: string;
  }[];
}

/** A collector of the test's own, on real workerd, with a folder and a port of its own. */
export interface TestCollector {
  readonly url: string;
  readonly stateDir: string;
  /** Ends workerd as a power cut would, and starts it again on the same folder and port. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
  send(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a batch with the public key, and expects it to be taken. */
  batch(events: readonly unknown[], more?: Record<string, unknown>): Promise<IngestAnswer>;
  read(path: string): Promise<Response>;
  score(ref: string, query?: string): Promise<ScoreAnswer>;
  timeline(ref: string): Promise<readonly TimelineDay[]>;
  rowsWritten(ref: string): Promise<number>;
}

export async function startTestCollector(): Promise<TestCollector> {
  const stateDir = await mkdtemp(join(tmpdir(), "afterglow-"));
  const options = { stateDir, writeKey: WRITE_KEY, secretKey: SECRET_KEY };
  let running: Collector = await startCollector({ ...options, port: 0 });
  const { url } = running;
  const port = Number(new URL(url).port);

  async function send(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return fetch(`${url}/v1/batch`, { method: "POST", body: text, headers });
  }

  async function read(path: string): Promise<Response> {
    return fetch(url + path, { headers: { authorization: `Bearer ${SECRET_KEY}` } });
  }

  async function readJson<T>(path: string): Promise<T> {
    const response = await read(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  return {
    url,
    stateDir,
    async killAndRestart() {
      await running.stop("SIGKILL");
      running = await startCollector({ ...options, port });
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
    score: (ref, query = "explain=1") => readJson(`/v1/contacts/${encodeURIComponent(ref)}/score?${query}`),
    async timeline(ref) {
      const { days } = await readJson<{ days: TimelineDay[] }>(
        `/v1/contacts/${encodeURIComponent(ref)}/timeline`,
      );
      return days;
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
