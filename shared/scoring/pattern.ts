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
  return function matches(text) {
    if (text.length < head.length + tail.length) return false;
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
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
 * look-up together.
 */
export function compilePatterns(patterns: readonly string[]): (text: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const starred = patterns.filter((pattern) => pattern.includes("*")).map(compilePattern);
  return (text) => exact.has(text) || starred.some((matches) => matches(text));
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
