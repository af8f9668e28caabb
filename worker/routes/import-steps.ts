import type { IngestAnswer } from "../../shared/wire.ts";
import { batchOf, type ImportBatch, type ImportContext, note } from "../domain/inout/import-batch.ts";
import { MAX_IMPORT_ROWS } from "../domain/inout/import-limits.ts";
import { BadImport, type ImportReader, type Statement } from "../domain/inout/import-rows.ts";
import { createTally, type ImportTally } from "../domain/inout/import-tally.ts";
import type { Row } from "../domain/inout/row-reader.ts";
import type { Env } from "../env.ts";
import { ApiError, errorOf } from "../errors.ts";
import { deliverAll } from "./delivery.ts";

/** Rows that are written together; each may be about a contact of its own. */
const ROWS_AT_A_TIME = 500;
/** Of those so many: what visitors send meanwhile waits for no more than these. */
const CONTACTS_AT_ONCE = 5;
/** How long it is tried again where nothing at all can be written. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface ImportPlan extends Omit<ImportContext, "receivedAt"> {
  readonly reader: ImportReader;
  /** Rows that begin in a line above are passed over. */
  readonly from: number;
  readonly isDry: boolean;
}

/** How far it has come: all that begins in `line` or above is on disk, or refused for good. */
export interface ImportStep {
  readonly done: boolean;
  readonly line: number;
  readonly rows: number;
  readonly tally: ImportTally;
  /** Why it ends before its end. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Takes a file in, some rows after the other; the last step says how it ended. Throws where nothing has been taken. */
export async function* importSteps(
  pieces: AsyncIterable<string>,
  plan: ImportPlan,
  env: Env,
): AsyncGenerator<ImportStep> {
  const tally = createTally();
  let waiting: Row<Statement>[] = [];
  let rows = 0;
  let line = plan.from - 1;
  let isFull = false;
  const step = (more: Partial<ImportStep> = {}): ImportStep => ({ done: false, line, rows, tally, ...more });

  /** Throws `Unwritten`. */
  async function take(): Promise<void> {
    const batch = batchOf(waiting, { ...plan, receivedAt: Date.now() }, tally);
    if (!plan.isDry) await write(batch, env, tally);
    rows += waiting.length;
    line = waiting.at(-1)?.line ?? line;
    waiting = [];
  }

  /** Whether it is time to write; what is too much stays unread. */
  function* sorted(found: readonly Row<Statement>[]): Generator<void> {
    for (const row of found) {
      if (row.line < plan.from) continue;
      isFull = rows + waiting.length === MAX_IMPORT_ROWS;
      if (isFull) return;
      waiting.push(row);
      if (waiting.length === ROWS_AT_A_TIME) yield;
    }
  }

  try {
    for await (const piece of pieces) {
      // The rest is read all the same, so that its sender gets to the answer.
      if (isFull) continue;
      for (const _ of sorted(plan.reader.push(piece))) {
        await take();
        yield step();
      }
    }
    if (!isFull) {
      for (const _ of sorted(plan.reader.end())) await take();
    }
    await take();
    yield step({ done: !isFull, ...(isFull ? { problem: TOO_MANY_ROWS } : {}) });
  } catch (problem) {
    if (rows === 0 && !(problem instanceof Unwritten)) throw asApiError(problem);
    if (problem instanceof Unwritten) line = problem.line - 1;
    yield step({ problem: problemOf(problem) });
  }
}

/** Nothing could be written for too long. */
class Unwritten extends Error {
  override readonly name = "Unwritten";
  /** The first line that is not on disk. */
  readonly line: number;
  constructor(line: number, cause: unknown) {
    super("Rows could not be written.", { cause });
    this.line = line;
  }
}

/** Waits for room where the objects are busy. Throws `Unwritten` where there is none. */
async function write({ sorted, lines }: ImportBatch, env: Env, tally: ImportTally): Promise<void> {
  let left = sorted.intakes;
  let giveUpAt = Date.now() + PATIENCE_MS;
  let pause = FIRST_PAUSE_MS;
  while (left.length > 0) {
    const { answers, failed } = await deliverAll(left, env, {
      atOnce: CONTACTS_AT_ONCE,
      between: letOthersIn,
    });
    for (const text of answers) {
      const answer = JSON.parse(text) as IngestAnswer;
      tally.count(answer);
      note(answer, lines, tally);
    }
    left = failed.map(({ intake }) => intake);
    const [first] = failed;
    if (!first) return;
    if (answers.length > 0) {
      giveUpAt = Date.now() + PATIENCE_MS;
      pause = FIRST_PAUSE_MS;
    }
    if (Date.now() >= giveUpAt) {
      const places = left.flatMap(({ places: own }) => own.map((place) => lines[place] ?? 0));
      throw new Unwritten(Math.min(...places), first.problem);
    }
    await scheduler.wait(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/**
 * While there is work at hand the runtime looks for no new request and at no clock: without a pause everybody would wait until the whole
 * file is in.
 */
function letOthersIn(): Promise<void> {
  return scheduler.wait(1);
}

function problemOf(problem: unknown): { readonly code: string; readonly message: string } {
  const cause = problem instanceof Unwritten ? problem.cause : problem;
  if (!(cause instanceof ApiError)) console.error(cause);
  return cause instanceof ApiError ? { code: cause.code, message: cause.message } : errorOf("unavailable");
}

function asApiError(problem: unknown): unknown {
  return problem instanceof BadImport
    ? new ApiError("invalid_import", { message: problem.message })
    : problem;
}

const TOO_MANY_ROWS = {
  code: "too_many_rows",
  message: `A request takes ${MAX_IMPORT_ROWS} rows. Send the same file again with from=<the line below "line">.`,
};
