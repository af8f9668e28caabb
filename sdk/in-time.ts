/**
 * What `work` comes to, or a rejection when it has not come to anything in this time: a database can be blocked for ever,
 * and in WebKit a request never ends that was under way when its page went into the back/forward cache.
 */
export function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, ms, "late"));
  return Promise.race([work, late]);
}
