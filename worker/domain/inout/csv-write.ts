/** A row of CSV by RFC 4180, with its line break. */
export function csvRow(cells: readonly string[]): string {
  // One cell with nothing in it would be an empty line.
  if (cells.length === 1 && cells[0] === "") return '""\r\n';
  return `${cells.map(quoted).join(",")}\r\n`;
}

function quoted(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Spaces at the ends are a part of the cell, and semicolons and tabs part none, but not all readers know. */
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;
