import { REJECT_REASONS } from "../../../shared/event.ts";
import type { Rejected, Warning } from "../../../shared/wire.ts";
import { type SortedBatch, sortBatch } from "../batch.ts";
import type { SiteId } from "../site.ts";
import type { Statement } from "./import-rows.ts";
import type { ImportTally } from "./import-tally.ts";
import type { Row } from "./row-reader.ts";

/** Rows of a file as a batch of ordinary events, and the line of each. */
export interface ImportBatch {
  readonly sorted: SortedBatch;
  readonly lines: readonly number[];
}

export interface ImportContext {
  readonly site: SiteId;
  /** The same rows under the same id are the same events. */
  readonly importId: string;
  readonly receivedAt: number;
}

/** Notes what cannot be taken. */
export function batchOf(
  rows: readonly Row<Statement>[],
  { site, importId, receivedAt }: ImportContext,
  tally: ImportTally,
): ImportBatch {
  const events: object[] = [];
  const lines: number[] = [];
  for (const row of rows) {
    if ("problem" in row) {
      tally.refuse({ line: row.line, message: row.problem });
      continue;
    }
    events.push(eventOf(row.value, importId));
    lines.push(row.line);
  }
  const context = { site, receivedAt, trusted: true, newId: () => "" };
  const sorted = sortBatch({}, events, context);
  note(sorted, lines, tally);
  return { sorted, lines };
}

/** What a batch's answer says of events by their places is told of lines. */
export function note(
  {
    rejected,
    warnings = [],
  }: { readonly rejected: readonly Rejected[]; readonly warnings?: readonly Warning[] | undefined },
  lines: readonly number[],
  tally: ImportTally,
): void {
  for (const { index, reason } of rejected)
    tally.refuse({ line: lines[index] ?? 0, reason, message: REJECT_REASONS[reason] });
  for (const { index, reason, path, message } of warnings) {
    const column = path.replace(/^traits\./, "");
    tally.warn({ line: lines[index] ?? 0, column, reason, message });
  }
}

function eventOf({ traits, timestamp, ...who }: Statement, importId: string): object {
  const content = JSON.stringify([who, timestamp ?? null, traits]);
  const messageId = `import:${importId}:${content}`;
  return { type: "identify", messageId, ...who, ...(timestamp === undefined ? {} : { timestamp }), traits };
}
