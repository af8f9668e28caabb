import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { type Collector, startCollector } from "../../scripts/collector.ts";

/** What it takes to bring so many contacts in, and out again: `npm run bench -- --inout 100000`. */
const { positionals } = parseArgs({ allowPositionals: true });
const ROWS = Number(positionals[0] ?? 100_000);
const SECRET_KEY = "sk_bench";
const authorization = `Bearer ${SECRET_KEY}`;
/** The index is asked for all of them until it has them all. */
const LONGEST_WAIT_MS = 3_600_000;

interface Step {
  readonly done: boolean;
  readonly line: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly problem?: unknown;
}

/** Made as it is sent, so that none of it is held here either. */
function file(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next === 0) controller.enqueue(encoder.encode("contact,email,plan,seats,note\n"));
      const to = Math.min(ROWS, next + 1_000);
      let text = "";
      for (; next < to; next += 1)
        text += `user:${next},person-${next}@corp.example,plan-${next % 7},${next % 500},"met at the fair, hall ${next % 12}"\n`;
      controller.enqueue(encoder.encode(text));
      if (next === ROWS) controller.close();
    },
  });
}

async function importAll(
  { url }: Collector,
  query: string,
  isDry = false,
): Promise<{ ms: number; last: Step }> {
  const began = performance.now();
  let from = 1;
  for (;;) {
    const init = { method: "POST", headers: { authorization }, body: file(), duplex: "half" } as RequestInit;
    const response = await fetch(`${url}/v1/contacts/import?id=bench&from=${from}${query}`, init);
    const text = await response.text();
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "{}") as Step;
    if (response.status !== 200) throw new Error(text);
    if (last.done) return { ms: performance.now() - began, last };
    if (isDry || last.rows === 0) throw new Error(JSON.stringify(last));
    from = last.line + 1;
  }
}

async function exportAll(
  { url }: Collector,
  query: string,
): Promise<{ ms: number; bytes: number; rows: number }> {
  const began = performance.now();
  const response = await fetch(`${url}/v1/contacts/export${query}`, { headers: { authorization } });
  if (!response.ok || !response.body) throw new Error(await response.text());
  let [bytes, rows] = [0, 0];
  for await (const piece of response.body) {
    bytes += piece.length;
    for (const byte of piece) if (byte === 0x0a) rows += 1;
  }
  return { ms: performance.now() - began, bytes, rows };
}

/** Until all are listed: the index is told of each as it comes in, and asks for what it does not know. */
async function listed(collector: Collector): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { rows } = await exportAll(collector, "?format=ndjson&traits=plan");
    const ms = performance.now() - began;
    if (rows === ROWS) return ms;
    if (ms > LONGEST_WAIT_MS) throw new Error(`${rows} of ${ROWS} are listed.`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

async function memoryOf({ process: { pid } }: Collector): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

function rate(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s, ${((ROWS / ms) * 1_000).toFixed(0)} rows/s`;
}

/** Each as soon as it is known: all of it takes long. */
function print(name: string, value: string): void {
  console.log(`| ${name.padEnd(44)} | ${value.padStart(32)} |`);
}

const stateDir = await mkdtemp(join(tmpdir(), "afterglow-inout-"));
await buildAll();
const collector = await startCollector({ port: 0, stateDir, writeKey: "wk_bench", secretKey: SECRET_KEY });
try {
  console.log(`\n${ROWS} contacts in and out\n`);
  const dry = await importAll(collector, "&dryRun=1", true);
  print("dry run", rate(dry.ms));
  const first = await importAll(collector, "");
  print("import, all of them new", `${rate(first.ms)}, ${first.last.refused} refused`);
  print("most memory until then", `${(await memoryOf(collector)).toFixed(0)} MB`);
  print("until all are listed", `${((await listed(collector)) / 1_000).toFixed(1)} s`);
  const csv = await exportAll(collector, "?format=csv");
  print("export as CSV, with a first look for traits", rate(csv.ms));
  const named = await exportAll(collector, "?format=csv&traits=plan,seats");
  print("export as CSV, traits named", rate(named.ms));
  const ndjson = await exportAll(collector, "?format=ndjson");
  print("export as NDJSON", `${rate(ndjson.ms)}, ${(ndjson.bytes / 1e6).toFixed(1)} MB`);
  const again = await importAll(collector, "");
  print("the same file again", `${rate(again.ms)}, ${again.last.accepted} accepted`);
  print("most memory in all", `${(await memoryOf(collector)).toFixed(0)} MB`);
  if ([csv.rows, named.rows].some((rows) => rows !== ROWS + 1) || ndjson.rows !== ROWS) process.exitCode = 1;
} finally {
  await collector.stop();
  await rm(stateDir, { recursive: true, force: true });
}
