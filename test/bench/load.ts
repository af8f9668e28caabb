import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";

import autocannon from "autocannon";
import { request as ask } from "undici";

/** What is measured: a process that serves. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server for one request, in microseconds; NaN where the system does not tell. */
  readonly cpuUs: number;
  /** Answers that were no 200. */
  readonly failed: number;
}

export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Keeps 32 connections busy with what `next` makes, for so many seconds. */
export async function load(server: Server, seconds: number, next: () => LoadRequest): Promise<Load> {
  const cpuBefore = await cpuMs(server);
  const result = await autocannon({
    url: server.url,
    connections: 32,
    duration: seconds,
    requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
  });
  return {
    requestsPerSecond: result.requests.average,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuUs: (((await cpuMs(server)) - cpuBefore) * 1000) / result.requests.total,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

/** Makes so many requests over as many connections, of which nothing is told. */
export async function warm(server: Server, amount: number, next: () => LoadRequest): Promise<void> {
  await autocannon({
    url: server.url,
    connections: 32,
    amount,
    requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
  });
}

/** A clock tick of Linux, in which /proc counts processor time, is 10 ms. */
async function cpuMs({ process }: Server): Promise<number> {
  const stat = await readFile(`/proc/${process.pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** In microseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/**
 * How long requests take when there is only one at a time, to one of the servers after the other: each time in another
 * order, as the first one finds its process asleep.
 */
export async function latencies(
  rounds: number,
  servers: readonly { readonly server: Server; readonly next: () => LoadRequest }[],
): Promise<Latency[]> {
  const taken = servers.map((): number[] => []);
  // The first tenth is for warming up.
  for (let round = -rounds / 10; round < rounds; round += 1) {
    const order = [...servers.entries()].toSorted(() => Math.random() - 0.5);
    for (const [nth, { server, next }] of order) {
      const { method, path, headers = {} } = next();
      const from = performance.now();
      const response = await ask(server.url + path, { method, headers });
      await response.body.text();
      const us = (performance.now() - from) * 1_000;
      if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`);
      if (round >= 0) taken[nth]?.push(us);
    }
  }
  return taken.map((all) => {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
    return { p50: at(0.5), p99: at(0.99) };
  });
}
