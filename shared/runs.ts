/** A set of whole numbers as ordered, disjoint, inclusive runs: `[0, 4, 7, 7]` holds 0 to 4 and 7. */
export type Runs = number[];

/** Where `n` stands: the index of the first run that ends at or after `n`. */
function firstRunEndingFrom(runs: Runs, n: number): number {
  let low = 0;
  let high = runs.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle * 2 + 1] as number) < n) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}

export function hasNumber(runs: Runs, n: number): boolean {
  const at = firstRunEndingFrom(runs, n);
  return at < runs.length && (runs[at] as number) <= n;
}

/** Adds every number from `from` to `to` in place, joining the runs that it touches. */
export function addRun(runs: Runs, from: number, to: number): void {
  const at = firstRunEndingFrom(runs, from - 1);
  let end = at;
  let low = from;
  let high = to;
  while (end < runs.length && (runs[end] as number) <= to + 1) {
    low = Math.min(low, runs[end] as number);
    high = Math.max(high, runs[end + 1] as number);
    end += 2;
  }
  runs.splice(at, end - at, low, high);
}
