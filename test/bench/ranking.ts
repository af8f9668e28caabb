import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

import type { Day } from "../../shared/day.ts";
import { outlookOf } from "../../shared/outlook/outlook.ts";
import { writeOutlook } from "../../shared/outlook/write-outlook.ts";
import { aheadOf } from "../../worker/domain/index/ahead.ts";
import { type Board, createBoard } from "../../worker/domain/index/board.ts";
import type { IndexOutlook } from "../../worker/domain/index/entry.ts";
import { boardQuery, firstOf, type IndexQuery } from "../../worker/domain/index/query.ts";
import { createIndexStore, type IndexStore, type StoredEntry } from "../../worker/store/index-store.ts";
import type { MeteredSql } from "../../worker/store/metered-sql.ts";
import { contactOf, FIRST_DAY, modelOf } from "./scoring-cases.ts";

/**
 * The index of contacts at two sizes: the code of a shard, over SQLite on disk. What is measured of an object's own work; the request around
 * it is the collector's bench.
 */
const SIZES = process.argv.includes("--small") ? [10_000, 100_000] : [100_000, 1_000_000];
const SAMPLES = 300;
const KINDS = 200;
/** A sealed person: name, e-mail, three traits. */
const SEALED_BYTES = 180;

const model = modelOf({ bands: { hot: 400, warm: 100, cold: null } });
const today: Day = FIRST_DAY + 60;
const kinds = Array.from({ length: KINDS }, (_, i): IndexOutlook => ({
  version: model.version,
  bytes: writeOutlook(outlookOf(model, contactOf(1 + (i % 50)), today - (i % 20))),
}));
const question: IndexQuery = {
  model: model.id,
  version: model.version,
  versions: [[model.id, model.version]],
};

interface Figures {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
}

console.log(
  `Medians in microseconds (99 % below), of ${SAMPLES} samples; ${KINDS} kinds of contacts with a half-life.`,
);
const tables = SIZES.map((size) => measure(size));
const names = tables[0]?.figures.map(({ name }) => name) ?? [];
const cells = (texts: readonly string[]) =>
  texts.map((text, i) => (i === 0 ? text.padEnd(44) : text.padStart(22))).join("");
console.log(cells(["", ...SIZES.map((size) => size.toLocaleString("en")), "grows by"]));
for (const [i, name] of names.entries()) {
  const own = tables.map(({ figures }) => figures[i] ?? { name, p50: 0, p99: 0 });
  const [small, large] = [own[0]?.p50 ?? 0, own.at(-1)?.p50 ?? 0];
  const shown = own.map(({ p50, p99 }) => `${p50.toFixed(1)} (${p99.toFixed(1)})`);
  console.log(cells([name, ...shown, `× ${(large / small).toFixed(1)}`]));
}
for (const what of ["bytes on disk a contact", "bytes in memory a contact"] as const) {
  console.log(cells([what, ...tables.map((table) => String(Math.round(table[what])))]));
}

function measure(size: number) {
  const folder = mkdtempSync(join(tmpdir(), "afterglow-ranking-"));
  const file = join(folder, "index.sqlite");
  const database = new DatabaseSync(file);
  try {
    const store = createIndexStore(meteredSql(database), 0);
    database.exec("PRAGMA journal_mode = WAL; BEGIN");
    for (let i = 0; i < size; i += 1) store.put(entryOf(i, 1), i, new Uint8Array(SEALED_BYTES));
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    const before = heap();
    const loading = once("load all, put in order", () => loaded(store));
    const board = loading.result;
    const bytes = heap() - before;
    return {
      figures: [
        loading.figures,
        ...queries(board, size),
        ...upserts(board, store, size),
        once("go to the next day", () => {
          board.advance(today + 1, (object) => aheadOf(store.outlooks(object), today + 1));
          return [
            ...firstOf(
              board,
              boardQuery(question, () => undefined),
              1,
            ).found,
          ];
        }).figures,
      ],
      "bytes on disk a contact": statSync(file).size / size,
      "bytes in memory a contact": bytes / size,
    };
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

function entryOf(i: number, revision: number): StoredEntry {
  const outlook = kinds[(i * 7 + revision) % KINDS];
  if (!outlook) throw new Error("there is no such kind");
  const identity = i % 3 === 0 ? "verified" : "anonymous";
  return {
    object: objectOf(i),
    epoch: 0,
    revision,
    lastSeen: i,
    identity,
    outlooks: { [model.id]: outlook },
  };
}

/** Like the number of an object: 64 hexadecimal digits that tell nothing of the order in which they came. */
function objectOf(i: number): string {
  return (Math.imul(i, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").padEnd(64, "0123456789abcdef");
}

function loaded(store: IndexStore): Board {
  const board = createBoard(today);
  for (const entry of store.entries()) {
    const { outlooks, ...head } = entry;
    board.enter(head, aheadOf(outlooks, today));
  }
  firstOf(
    board,
    boardQuery(question, () => undefined),
    1,
  );
  return board;
}

function queries(board: Board, size: number): Figures[] {
  const all = boardQuery(question, () => undefined);
  const some = boardQuery(
    { ...question, bands: ["warm"], identities: ["verified"], seenSince: size / 2 },
    () => undefined,
  );
  const middle = [...board.find(all)][Math.floor(size / 2)];
  return [
    often("the first 100", () => firstOf(board, all, 100)),
    often("100 after the middle", () => firstOf(board, all, 100, middle)),
    often("the first 100 in a band, verified, seen lately", () => firstOf(board, some, 100)),
    often("how many are in each band", () => board.count(all), SAMPLES / 10),
  ];
}

function upserts(board: Board, store: IndexStore, size: number): Figures[] {
  let turn = 0;
  const next = () => (turn = (turn + 7_919) % size);
  const note = often("a note, and the first 100", () => {
    const { outlooks, ...head } = entryOf(next(), 2);
    const { until: _, ...standing } = aheadOf(outlooks, today)[model.id] ?? { until: 0 };
    board.note({ ...head, day: today, standings: { [model.id]: standing as never } });
    return firstOf(
      board,
      boardQuery(question, () => undefined),
      100,
    );
  });
  const entry = often("an entry, and its row", () => {
    const entered = entryOf(next(), 3);
    store.put(entered, 1, new Uint8Array(SEALED_BYTES));
    const { outlooks, ...head } = entered;
    board.enter(head, aheadOf(outlooks, today));
  });
  return [note, entry];
}

function once<T>(name: string, work: () => T): { readonly figures: Figures; readonly result: T } {
  const begin = performance.now();
  const result = work();
  const took = (performance.now() - begin) * 1000;
  return { figures: { name, p50: took, p99: took }, result };
}

function often(name: string, work: () => unknown, samples = SAMPLES): Figures {
  const took: number[] = [];
  for (let i = 0; i < samples + 20; i += 1) {
    const begin = performance.now();
    work();
    if (i >= 20) took.push((performance.now() - begin) * 1000);
  }
  took.sort((a, b) => a - b);
  return {
    name,
    p50: took[Math.floor(took.length / 2)] ?? 0,
    p99: took[Math.floor(took.length * 0.99)] ?? 0,
  };
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** The statements of the store, on SQLite as Node has it. */
function meteredSql(database: DatabaseSync): MeteredSql {
  const known = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const prepared = (statement: string) => {
    const found = known.get(statement) ?? database.prepare(statement);
    known.set(statement, found);
    return found;
  };
  const values = (given: readonly SqlStorageValue[]) =>
    given.map((value): SQLInputValue => (value instanceof ArrayBuffer ? new Uint8Array(value) : value));
  return {
    meter: { rowsRead: 0, rowsWritten: 0, bytes: 0 },
    all: (statement, ...given) => prepared(statement).all(...values(given)) as never,
    run: (statement, ...given) => void prepared(statement).run(...values(given)),
  };
}
