/** Longer names are not compared: nobody mistypes one of this length into another. */
const MAX_COMPARED_CHARS = 64;

/** ` did you mean "halfLife"?`, or the names there are, after a semicolon; nothing where there are none. */
export function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `; did you mean ${JSON.stringify(near)}?`;
  if (known.length === 0) return "";
  const named = known.slice(0, MAX_NAMED).map((each) => JSON.stringify(each));
  if (known.length > MAX_NAMED) named.push("…");
  return `; known ${known.length === 1 ? "is" : "are"} ${named.join(", ")}`;
}

const MAX_NAMED = 30;

/** The known name that differs in the fewest characters, if it differs in few enough to be meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_COMPARED_CHARS) return undefined;
  const typed = name.toLowerCase();
  let best: string | undefined;
  let least = Math.min(4, 1 + Math.ceil(Math.max(0, typed.length - 2) / 3));
  for (const each of known) {
    if (each.length > MAX_COMPARED_CHARS || Math.abs(each.length - typed.length) >= least) continue;
    const edits = editDistance(typed, each.toLowerCase());
    if (edits < least) [best, least] = [each, edits];
  }
  return best;
}

/** How many characters must be put in, left out, changed or swapped with the next to make one text of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  let above: number[] = [];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const best = Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      next.push(swapped ? Math.min(best, (above[j - 2] ?? 0) + 1) : best);
    }
    above = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
