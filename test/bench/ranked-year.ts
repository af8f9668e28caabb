import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

import { DATES } from "../support/fading-model.ts";
import { compareYear, type YearOfContact, yearOf } from "../support/ranked-year.ts";

/** Entries of contacts with different histories, made by the pure core, ranked on ten dates over a year without events. */
const CONTACTS = process.argv.includes("--small") ? 10_000 : 100_000;
const SEED = 6;
/** Made by a thread at a time. */
const SLICE = 1_000;

/** A thread makes every so many-th slice. */
interface Share {
  readonly thread: number;
  readonly threads: number;
}

if (isMainThread) await compareAll();
else makeShare(workerData as Share);

function makeShare({ thread, threads }: Share): void {
  for (let from = thread * SLICE; from < CONTACTS; from += threads * SLICE) {
    const count = Math.min(SLICE, CONTACTS - from);
    parentPort?.postMessage(
      Array.from({ length: count }, (_, i) => yearOf(from + i, SEED)),
      [],
    );
  }
}

async function compareAll(): Promise<void> {
  const began = performance.now();
  const contacts: YearOfContact[] = [];
  const threads = availableParallelism();
  await Promise.all(Array.from({ length: threads }, (_, thread) => gather({ thread, threads }, contacts)));
  const made = performance.now();
  const { compared, differing, examples, moved } = compareYear(contacts);
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(0)} s`;
  console.log(
    `\n${contacts.length.toLocaleString("en")} entries made by the pure core under one of two models (${seconds(began, made)}), ranked on ` +
      `${DATES.length} dates over a year without events (${seconds(made, performance.now())}): ` +
      `${compared.toLocaleString("en")} places compared with scores worked out one by one, ${moved.toLocaleString("en")} of them elsewhere ` +
      `than on the date before, ${differing} differ.`,
  );
  for (const example of examples) console.error(example);
  if (differing > 0 || contacts.length !== CONTACTS) process.exitCode = 1;
}

function gather(share: Share, contacts: YearOfContact[]): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: share, argv: process.argv.slice(2) });
  return new Promise((resolve, reject) => {
    worker.on("message", (some: readonly YearOfContact[]) => void contacts.push(...some));
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
}
