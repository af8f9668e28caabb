/** A row of a file: what it says, or why it cannot be read and what to write instead. */
export type Row<T> =
  | { readonly line: number; readonly value: T }
  | { readonly line: number; readonly problem: string };

/** Reads a file piece by piece, wherever its pieces are cut. */
export interface RowReader<T> {
  push(piece: string): Row<T>[];
  /** The rows that were waiting for more, as there is none. */
  end(): Row<T>[];
}

/** What begins at a place: a row, none (an empty line), or one that cannot be read; and where the next one begins. */
export interface Scanned<T> {
  readonly next: number;
  readonly value?: T;
  readonly problem?: string;
}

/** `undefined` where it takes more of the file to tell. `isEnd`: there is no more. */
export type Scan<T> = (text: string, start: number, isEnd: boolean) => Scanned<T> | undefined;

/** The longest row: a hundred traits of the longest text and their names fit. */
export const MAX_ROW_CHARS = 64 * 1024;

/** `firstLine`: the number of the line at which a file begins. After a row that cannot be read it goes on in the line below. */
export function createRowReader<T>(scan: Scan<T>, firstLine = 1): RowReader<T> {
  let text = "";
  let line = firstLine;
  /** In a line that is too long, up to its end. */
  let isSkipping = false;

  function read(piece: string, isEnd: boolean): Row<T>[] {
    text += piece;
    const rows: Row<T>[] = [];
    let at = isSkipping ? skip(0) : 0;
    while (at < text.length) {
      const scanned = scan(text, at, isEnd);
      if (!scanned && text.length - at <= MAX_ROW_CHARS) break;
      if (!scanned || scanned.next - at > MAX_ROW_CHARS) {
        rows.push({ line, problem: TOO_LONG });
        at = skip(at);
        continue;
      }
      if (scanned.problem !== undefined) rows.push({ line, problem: scanned.problem });
      else if (scanned.value !== undefined) rows.push({ line, value: scanned.value });
      line += lineBreaks(text, at, scanned.next);
      at = scanned.next;
    }
    text = text.slice(at);
    return rows;
  }

  /** To the line below the one at `from`. */
  function skip(from: number): number {
    const next = lineBelow(text, from);
    isSkipping = next === undefined;
    if (next !== undefined) line += 1;
    return next ?? text.length;
  }

  return { push: (piece) => read(piece, false), end: () => read("", true) };
}

const TOO_LONG = `The row has more than ${MAX_ROW_CHARS} characters. Leave out what no model looks at; and see whether a quote is left open.`;

/** Where the line after the one at `from` begins; `undefined` where it is the last one. */
export function lineBelow(text: string, from: number): number | undefined {
  const end = text.indexOf("\n", from);
  return end === -1 ? undefined : end + 1;
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
