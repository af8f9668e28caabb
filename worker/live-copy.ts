/** Asks for what is newer than a revision, as JSON text; `null` for nothing. */
export type Ask = (since: number) => Promise<string | null>;

/** What an isolate knows of what one object keeps. A change made anywhere holds in it within a time. */
export interface LiveCopy<T> {
  /**
   * What is known; without waiting while it is fresh. Rejects where nothing that may still be used is known, and
   * nobody can be asked.
   */
  current(ask: Ask): T | Promise<T>;
  /** Asks in any case: for the isolate that has just made a change. Rejects like `current`. */
  refresh(ask: Ask): Promise<T>;
}

/** All in milliseconds. */
export interface LiveTimes {
  /** For so long what is known is used without asking. */
  readonly freshMs: number;
  /** For so long it is used while somebody else is asking. */
  readonly sharedMs: number;
  /** For so long it is used where nobody can be asked. */
  readonly usableMs: number;
  /** Asked again no sooner than this after nobody answered, while what is known may be used. */
  readonly retryMs: number;
  /** How long a request waits for what another one has asked: whoever asked may have been broken off. */
  readonly patienceMs: number;
  readonly clock: () => number;
}

/** `first` is what there is before any change; `newest` adds all that has changed to what is known. */
export function createLiveCopy<T extends { readonly revision: number }>(
  first: T,
  newest: (known: T, ask: Ask) => Promise<T>,
  times: LiveTimes,
): LiveCopy<T> {
  const { freshMs, sharedMs, usableMs, retryMs, patienceMs, clock } = times;
  let known = first;
  /** When what is known was asked for. */
  let askedAt: number | undefined;
  let retryAt = -Infinity;
  let pending: { readonly sentAt: number; readonly answer: Promise<T> } | undefined;

  function isYounger(than: number, now: number): boolean {
    return askedAt !== undefined && now - askedAt < than;
  }

  async function request(ask: Ask, sentAt: number): Promise<T> {
    try {
      const found = await newest(known, ask);
      askedAt = Math.max(askedAt ?? sentAt, sentAt);
      if (found.revision > known.revision) known = found;
    } catch (problem) {
      if (!isYounger(usableMs, clock())) throw problem;
      retryAt = clock() + retryMs;
    }
    return known;
  }

  async function refresh(ask: Ask): Promise<T> {
    const sentAt = clock();
    const own = { sentAt, answer: request(ask, sentAt) };
    pending = own;
    try {
      return await own.answer;
    } finally {
      if (pending === own) pending = undefined;
    }
  }

  function current(ask: Ask): T | Promise<T> {
    const now = clock();
    if (isYounger(freshMs, now) || (now < retryAt && isYounger(usableMs, now))) return known;
    if (!pending || now >= pending.sentAt + patienceMs) return refresh(ask);
    // Somebody has asked already; until a change must hold, what is known will do.
    if (isYounger(sharedMs, now)) return known;
    return waitFor(pending.answer, ask);
  }

  async function waitFor(answer: Promise<T>, ask: Ask): Promise<T> {
    return (await inTime(answer, patienceMs)) ?? current(ask);
  }

  return { current, refresh };
}

/** `undefined` when `answer` has not come in time: that of a request that was broken off never comes. */
async function inTime<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
