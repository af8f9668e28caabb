import type { Units } from "../../../shared/scoring/units.ts";

/** Who stands where in a ranking. */
export interface Place {
  readonly units: Units;
  readonly object: string;
}

/** The highest score first; of the same score in the order of their objects' numbers. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.units !== b.units) return b.units - a.units;
  return a.object < b.object ? -1 : a.object > b.object ? 1 : 0;
}

/**
 * Places in order. One that changes is moved; many that change are put in order together, when somebody asks. Reading the first
 * costs nothing that grows with how many there are.
 */
export interface RankedList<P extends Place> {
  readonly size: number;
  set(place: P): void;
  delete(object: string): void;
  get(object: string): P | undefined;
  /** In order; not to be changed. */
  sorted(): readonly P[];
}

/** So many changes are cheaper by putting all in order again. */
const MANY = 256;

export function createRankedList<P extends Place>(): RankedList<P> {
  const places = new Map<string, P>();
  let order: P[] = [];
  /** The places before and after each change that `order` does not know of. */
  let changed: Map<string, P | undefined> | undefined = new Map();

  function note(object: string): void {
    if (!changed || changed.has(object)) return;
    changed.set(object, places.get(object));
    if (changed.size > MANY) changed = undefined;
  }

  function catchUp(): void {
    if (changed?.size === 0) return;
    if (changed) {
      for (const [object, before] of changed) {
        if (before) order.splice(findPlace(order, before), 1);
        const now = places.get(object);
        if (now) order.splice(findPlace(order, now), 0, now);
      }
    } else {
      order = [...places.values()].sort(comparePlaces);
    }
    changed = new Map();
  }

  return {
    get size() {
      return places.size;
    },
    set(place) {
      note(place.object);
      places.set(place.object, place);
    },
    delete(object) {
      note(object);
      places.delete(object);
    },
    get: (object) => places.get(object),
    sorted() {
      catchUp();
      return order;
    },
  };
}

/** Where a place stands in the order, or would stand. */
export function findPlace(order: readonly Place[], place: Place): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = order[middle];
    if (other && comparePlaces(other, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
