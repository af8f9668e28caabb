/** What `work` returns; `undefined` where it fails: a tracker must not break its host. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
