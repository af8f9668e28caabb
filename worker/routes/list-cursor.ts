import { isObject } from "../../shared/scoring/show.ts";
import type { PageStart } from "../domain/index/query.ts";

/** Where a list goes on in each shard; none where it begins. */
export interface Cursor {
  /** Of the question that it is an answer to. */
  readonly question: string;
  readonly starts: readonly (PageStart | null)[];
}

/** A text that goes into an address as it is. */
export function formatCursor({ question, starts }: Cursor): string {
  const short = starts.map(
    (start) => start && [start.ranking ?? "", start.offset, start.after.units, start.after.object],
  );
  return btoa(JSON.stringify([question, short]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** `undefined` where it is not one that was given. */
export function parseCursor(text: string): Cursor | undefined {
  try {
    const [question, starts] = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/"))) as unknown[];
    if (typeof question !== "string" || !Array.isArray(starts)) return undefined;
    const read = starts.map((start) => (start === null ? null : startOf(start)));
    return read.includes(undefined) ? undefined : { question, starts: read as (PageStart | null)[] };
  } catch {
    return undefined;
  }
}

function startOf(start: unknown): PageStart | undefined {
  if (!Array.isArray(start) || isObject(start)) return undefined;
  const [ranking, offset, units, object] = start as unknown[];
  const isStart =
    typeof ranking === "string" &&
    Number.isSafeInteger(offset) &&
    (offset as number) >= 0 &&
    typeof units === "number" &&
    typeof object === "string";
  if (!isStart) return undefined;
  return { ...(ranking === "" ? {} : { ranking }), offset: offset as number, after: { units, object } };
}
