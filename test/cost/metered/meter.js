/** What the objects of the run have done so far, by a text that says what: `"written Contact hot row"` → rows. */
const counts = new Map();

/** When each object was asked last and has its alarm, by `"Contact 0af3…"`. */
export const live = new Map();
export const alarms = new Map();
/** Those of objects that have one: they know it whoever asks, as the runtime sees to it that they do. */
export const names = new Map();

const realNow = Date.now;
let now = 0;

/** The replayed day's clock. It stands still within a request, as Cloudflare's does, and never goes back. */
Date.now = () => now || realNow();

export function setClock(at) {
  now = Math.max(now, at);
}

export function count(what, by = 1) {
  if (by > 0) counts.set(what, (counts.get(what) ?? 0) + by);
}

/** Everything since the last time it was asked for. */
export function take() {
  const taken = Object.fromEntries(counts);
  counts.clear();
  return taken;
}
