import { createRowReader, lineBelow, type RowReader, type Scanned } from "./row-reader.ts";

/** Reads CSV by RFC 4180, strictly: what a spreadsheet would guess at is told instead. Lines end with CRLF or LF. */
export function createCsvReader(): RowReader<readonly string[]> {
  return createRowReader(scanRow);
}

type ScannedRow = Scanned<readonly string[]> | undefined;

function scanRow(text: string, start: number, isEnd: boolean): ScannedRow {
  const cells: string[] = [];
  let isFirst = true;
  for (let at = start; ;) {
    const cell = text[at] === '"' ? scanQuoted(text, at, isEnd) : scanPlain(text, at, isEnd);
    if (cell === undefined) return undefined;
    if (typeof cell === "string") return unreadable(cell, text, start, isEnd);
    const mark = text[cell.end];
    // A carriage return may be half of a line break, and the end of a piece is not yet that of a cell.
    if (!isEnd && (mark === undefined || (mark === "\r" && cell.end + 1 === text.length))) return undefined;
    const isBlank = isFirst && cell.end === start;
    if (mark === ",") {
      cells.push(cell.value);
      isFirst = false;
      at = cell.end + 1;
      continue;
    }
    const next = endOfRow(text, cell.end);
    if (next === undefined) return unreadable(mark === "\r" ? LONE_CR : AFTER_QUOTE, text, start, isEnd);
    cells.push(cell.value);
    return isBlank ? { next } : { next, value: cells };
  }
}

interface Cell {
  readonly value: string;
  /** Where what comes after it stands. */
  readonly end: number;
}

/** A text is the reason why it cannot be read. */
function scanQuoted(text: string, start: number, isEnd: boolean): Cell | string | undefined {
  let value = "";
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return isEnd ? UNCLOSED : undefined;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}

function scanPlain(text: string, start: number, isEnd: boolean): Cell | string | undefined {
  MARK.lastIndex = start;
  const mark = MARK.exec(text);
  if (!mark) return isEnd ? { value: text.slice(start), end: text.length } : undefined;
  if (mark[0] === '"') return QUOTE_INSIDE;
  return { value: text.slice(start, mark.index), end: mark.index };
}

const MARK = /[",\r\n]/g;

function endOfRow(text: string, at: number): number | undefined {
  if (at === text.length || text[at] === "\n") return Math.min(at + 1, text.length);
  if (text[at] !== "\r") return undefined;
  if (at + 1 === text.length) return text.length;
  return text[at + 1] === "\n" ? at + 2 : undefined;
}

/** Costs no other row: the line below is taken for the next one. */
function unreadable(problem: string, text: string, start: number, isEnd: boolean): ScannedRow {
  const next = lineBelow(text, start) ?? (isEnd ? text.length : undefined);
  return next === undefined ? undefined : { next, problem };
}

const UNCLOSED =
  'A quote is opened in this line and never closed. Close it, and write a quote inside of a quoted cell twice: "say ""hi""".';
const QUOTE_INSIDE =
  'There is a quote inside of a cell that does not begin with one. Put the whole cell in quotes, and write each quote inside twice: "5"" pipe".';
const AFTER_QUOTE =
  'After the quote that closes a cell there is neither a comma nor the end of the line. Write a quote inside of a quoted cell twice ("say ""hi"""), or close the one that is left open.';
const LONE_CR =
  "There is a carriage return that is no end of a line. End lines with CRLF or LF, and put a cell with line breaks in quotes.";
