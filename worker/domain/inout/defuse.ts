/**
 * Whether a spreadsheet could take a text for something to run: it begins with `=`, `+`, `-` or `@`, also in their full width and
 * after blanks, or with a tab or a line break. Apostrophes in front are passed over, so that what is defused can be told from what
 * was written so.
 */
const RUNS = /^'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/u;

/** The text for a cell of which a spreadsheet shows it and runs nothing. */
export function defuse(text: string): string {
  return RUNS.test(text) ? `'${text}` : text;
}

export function isDefused(cell: string): boolean {
  return cell.startsWith("'") && RUNS.test(cell);
}

/** What {@link defuse} was given. */
export function undefuse(cell: string): string {
  return isDefused(cell) ? cell.slice(1) : cell;
}
