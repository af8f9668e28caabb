import type { Day } from "../../shared/day.ts";

/** How often something was refused, by reason. */
type ByReason = Record<string, number>;

/** What was refused: single events, and requests as a whole, of which nobody knows what was in them. */
export interface Refused {
  readonly events: ByReason;
  readonly requests: ByReason;
}

/** Of a site; or of the deployment, where a request did not say of which site it was. */
export type Whose = "site" | "deployment";

/** What was refused on a day. Holds no key, no visitor and no address. */
export interface RefusedOnDay extends Refused {
  readonly day: Day;
  readonly whose: Whose;
}

export function nothingRefused(day: Day, whose: Whose): RefusedOnDay {
  return { day, whose, events: {}, requests: {} };
}

/** Adds all of `from` to `into`, in place. */
export function addRefused(into: Refused, from: Refused): void {
  for (const unit of ["events", "requests"] as const) {
    for (const [reason, count] of Object.entries(from[unit])) addOne(into[unit], reason, count);
  }
}

function addOne(counts: ByReason, reason: string, count: number): void {
  counts[reason] = (Object.hasOwn(counts, reason) ? (counts[reason] ?? 0) : 0) + count;
}

/** Lists of days as one, by day. */
export function mergeRefused(...lists: readonly (readonly RefusedOnDay[])[]): RefusedOnDay[] {
  const merged = new Map<string, RefusedOnDay>();
  for (const each of lists.flat()) {
    const name = `${each.day} ${each.whose}`;
    const found = merged.get(name) ?? nothingRefused(each.day, each.whose);
    merged.set(name, found);
    addRefused(found, each);
  }
  return [...merged.values()].toSorted((a, b) => a.day - b.day);
}

/** Counts in memory, by the place where they are to be kept; its size is that of the reasons and the places. */
export interface Tally<Place> {
  add(place: Place, whose: Whose, day: Day, unit: keyof Refused, reason: string, count: number): void;
  /** What is counted of a place, without forgetting it. */
  of(place: Place): readonly RefusedOnDay[];
  /** Hands over all that is counted and begins anew. */
  take(): ReadonlyMap<Place, readonly RefusedOnDay[]>;
  /** Takes back what could not be kept. */
  putBack(place: Place, refused: readonly RefusedOnDay[]): void;
  readonly isEmpty: boolean;
}

export function createTally<Place>(): Tally<Place> {
  let places = new Map<Place, RefusedOnDay[]>();

  return {
    add(place, whose, day, unit, reason, count) {
      const days = places.get(place) ?? [];
      places.set(place, days);
      let found = days.find((each) => each.day === day && each.whose === whose);
      if (!found) days.push((found = nothingRefused(day, whose)));
      addOne(found[unit], reason, count);
    },
    of: (place) => places.get(place) ?? [],
    take() {
      const taken = places;
      places = new Map();
      return taken;
    },
    putBack(place, refused) {
      places.set(place, mergeRefused(refused, places.get(place) ?? []));
    },
    get isEmpty() {
      return places.size === 0;
    },
  };
}
