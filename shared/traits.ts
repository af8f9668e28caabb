import { type Day, dayOf } from "./day.ts";
import type { Stated } from "./event.ts";
import { TRAIT_VALUES_KEPT } from "./limits.ts";

/**
 * A value that somebody stated, and when, in milliseconds: at most one a day is kept, the day's last. `null` says
 * that from then on none is known; it stays, as what was stated before may still come.
 */
export type TraitValue = [at: number, value: Stated];

/**
 * Adds a stated value in place, ordered by time. Past the limit, statements that repeat the one before them go
 * first, then the oldest; the newest never, as a late one may still come between. Within the limit the order of
 * arrival does not matter. Past it, it may: a repeat that has gone is missed where another value comes in before it,
 * and no list of bounded length could keep every day on which a value was repeated.
 */
export function addTraitValue(values: TraitValue[], added: Readonly<TraitValue>): void {
  const day = dayOf(added[0]);
  let at = values.length;
  while (at > 0 && dayOf((values[at - 1] as TraitValue)[0]) >= day) at -= 1;
  const same = values[at];
  if (same && dayOf(same[0]) === day) {
    if (isLater(added, same)) values[at] = [...added];
    return;
  }
  values.splice(at, 0, [...added]);
  if (values.length <= TRAIT_VALUES_KEPT) return;
  const newest = values.length - 1;
  const repeated = values.findIndex((value, i) => i > 0 && i < newest && value[1] === values[i - 1]?.[1]);
  values.splice(Math.max(0, repeated), 1);
}

/** At the same millisecond the larger text wins, so that the order of arrival does not matter. */
function isLater(a: Readonly<TraitValue>, b: Readonly<TraitValue>): boolean {
  return a[0] > b[0] || (a[0] === b[0] && JSON.stringify(a[1]) > JSON.stringify(b[1]));
}

/** The value that held at the end of `day`. */
export function traitAt(values: readonly TraitValue[], day: Day): TraitValue | undefined {
  return values.findLast((value) => dayOf(value[0]) <= day);
}
