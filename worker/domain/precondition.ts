/**
 * What a change expects of the model that it changes: that there is none, that there is one, or that its live
 * version is one that these tags name.
 */
export type Expected = "absent" | "present" | readonly string[];

/**
 * Reads `If-Match` and `If-None-Match` of a change; `undefined` where neither says what is expected. A tag that
 * is none of ours is a version that nothing has.
 */
export function expectedOf(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): Expected | undefined {
  const absent = ifNoneMatch?.trim() === "*";
  if (ifMatch === undefined) return absent ? "absent" : undefined;
  // There and not there at once is nothing.
  if (absent) return [];
  if (ifMatch.trim() === "*") return "present";
  return tagsOf(ifMatch);
}

/**
 * Whether what the sender expects is so; `live` is `null` where there is no such model. A version may be named by its
 * tag, or by its number alone.
 */
export function isAsExpected(
  expected: Expected,
  live: { readonly version: number; readonly tag: string } | null,
): boolean {
  if (live === null) return expected === "absent";
  if (expected === "absent") return false;
  return expected === "present" || expected.includes(live.tag) || expected.includes(String(live.version));
}

/** Whether `If-None-Match` of a read names what would be answered. */
export function isKnownTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === "*" || tagsOf(ifNoneMatch).includes(etag.slice(1, -1));
}

/** `W/"3", "4"` → `["3", "4"]`: of versions that never change, weak and strong tags say the same. */
function tagsOf(header: string): string[] {
  return [...header.matchAll(/(?:W\/)?"([^"]*)"/g)].map((match) => match[1] ?? "");
}
