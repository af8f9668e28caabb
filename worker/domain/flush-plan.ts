/** What is counted is kept no more often than this. */
export const FLUSH_MS = 60_000;

/** The runtime lets work go on for half a minute after a request's answer. */
export const MAX_AFTER_MS = 25_000;

/** When an isolate that lives by its requests keeps what it has counted. */
export interface FlushPlan {
  /**
   * How long a request that is here now waits and then keeps it: 0 at once, and that is noted; `undefined` where it need
   * not, as it is too early or another one waits.
   */
  next(now: number): number | undefined;
}

export function createFlushPlan(): FlushPlan {
  let flushedAt = -Infinity;
  /** The time for which somebody waits. */
  let awaited = -Infinity;

  return {
    next(now) {
      const dueAt = flushedAt + FLUSH_MS;
      // A clock that was set back must not stop it.
      if (now >= dueAt || now < flushedAt) {
        flushedAt = now;
        return 0;
      }
      const wait = dueAt - now;
      if (awaited === dueAt || wait > MAX_AFTER_MS) return undefined;
      awaited = dueAt;
      return wait;
    },
  };
}
