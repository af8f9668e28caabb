/**
 * Whether a spreadsheet could take what stands here for something to run: it begins with `=`, `+`, `-` or `@`, also in their full
 * width and after blanks. Apostrophes in front are passed over, so that what is defused can be told from what was written so.
 */
const RUNS = /^'*\s*[=+\-@＝＋－＠]/u;
/** The same of a whole text, which may not begin with a tab or a line break either. */
const BREAKS = /^'*[\t\r\n]/;
/**
 * Where cells are parted by semicolons or tabs, as many spreadsheets do, a text in a file with commas is cut here, and
 * what comes behind is a cell of its own.
 */
const CUTS = /([;\t\r\n])/;

/** The text for a cell of which a spreadsheet shows it and runs nothing. */
export function defuse(text: string): string {
  const isBroken = BREAKS.test(text);
  return eachPart(text, (part, n) => (RUNS.test(part) || (n === 0 && isBroken) ? `'${part}` : part));
}

/** What {@link defuse} was given; a text that it did not change stays as it is. */
export function undefuse(cell: string): string {
  const isBroken = BREAKS.test(cell);
  return eachPart(cell, (part, n) =>
    part.startsWith("'") && (RUNS.test(part) || (n === 0 && isBroken)) ? part.slice(1) : part,
  );
}

function eachPart(text: string, change: (part: string, n: number) => string): string {
  return text.split(CUTS).map(change).join("");
}
