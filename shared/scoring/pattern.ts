/**
 * Compiles a pattern in which `*` stands for any run of characters, none included. The search goes forward
 * only, so that it takes at most (length of the pattern) × (length of the text) steps, whatever both hold.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  if (!pattern.includes("*")) return (text) => text === pattern;
  const parts = pattern.split("*");
  const head = parts[0] ?? "";
  const tail = parts[parts.length - 1] ?? "";
  const inner = parts.slice(1, -1).filter((part) => part !== "");
  const least = parts.reduce((sum, part) => sum + part.length, 0);
  // A slice is compared as a whole, while `startsWith` goes from character to character.
  const hasEnds = (text: string) =>
    text.length >= least &&
    (tail === "" || text.slice(-tail.length) === tail) &&
    (head === "" || text.slice(0, head.length) === head);
  if (inner.length === 0) return hasEnds;
  return function matches(text) {
    if (!hasEnds(text)) return false;
    const end = text.length - tail.length;
    let from = head.length;
    for (const part of inner) {
      const found = text.indexOf(part, from);
      if (found === -1 || found + part.length > end) return false;
      from = found + part.length;
    }
    return true;
  };
}

/**
 * Compiles a list of patterns, of which any may match. Those without a star, mostly all of a long list, cost one
 * look-up together, and those with one star at their end little more.
 */
export function compilePatterns(patterns: readonly string[]): (text: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => starAt(pattern) === -1));
  const begins = compilePrefixes(patterns.filter(isPrefix).map((pattern) => pattern.slice(0, -1)));
  const others = patterns
    .filter((pattern) => starAt(pattern) !== -1 && !isPrefix(pattern))
    .map(compilePattern);
  return (text) => exact.has(text) || begins(text) || others.some((matches) => matches(text));
}

/**
 * Whether a text begins with one of these. Where none of them begins with another, only the last that is not after
 * the text in the order of texts can be its beginning.
 */
function compilePrefixes(prefixes: readonly string[]): (text: string) => boolean {
  const sorted: string[] = [];
  for (const prefix of [...prefixes].sort()) {
    const last = sorted.at(-1);
    if (last === undefined || !prefix.startsWith(last)) sorted.push(prefix);
  }
  return function begins(text) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? "") <= text) low = middle + 1;
      else high = middle;
    }
    const prefix = sorted[low - 1];
    return prefix !== undefined && text.slice(0, prefix.length) === prefix;
  };
}

function starAt(pattern: string): number {
  return pattern.indexOf("*");
}

function isPrefix(pattern: string): boolean {
  return starAt(pattern) !== -1 && starAt(pattern) === pattern.length - 1;
}

/** Whether a pattern can only be held against a text by searching it: what is fixed stands between two stars. */
export function isSearched(pattern: string): boolean {
  return /\*[^*]+\*/.test(pattern);
}

/** The characters that a pattern fixes: of two patterns that match, the one that fixes more is more specific. */
export function specificity(pattern: string): number {
  return pattern.replaceAll("*", "").length;
}

/** Finds the name given to a text: by the most specific of the patterns that match it. */
export function compileNames(names: Readonly<Record<string, string>>): (text: string) => string | undefined {
  const byPattern = Object.entries(names)
    .sort((a, b) => specificity(b[0]) - specificity(a[0]))
    .map(([pattern, name]) => ({ name, matches: compilePattern(pattern) }));
  return (text) => byPattern.find(({ matches }) => matches(text))?.name;
}
