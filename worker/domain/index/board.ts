import type { Day } from "../../../shared/day.ts";
import type { Ahead } from "./ahead.ts";
import { type IndexEntry, type IndexNote, type IndexStanding, isNewer } from "./entry.ts";
import { findPlace, createRankedList, type Place, type RankedList } from "./ranked-list.ts";

/** A contact in a ranking. */
export interface Ranked extends Place, IndexStanding {
  readonly contact: Listed;
  /** The last day up to which this holds if nothing happens. */
  readonly until: Day;
}

/** A contact in the index's memory: who it is stands on disk. */
type Listed = Omit<IndexNote, "standings" | "day">;

/** What a contact's outlooks say of the day that the board goes to, by model; none where it has none. */
type ReadAhead = (object: string) => Readonly<Record<string, Ahead>>;

/** Which contacts are wanted. What is not named does not matter. */
export interface BoardQuery {
  readonly model: string;
  /** `null`: those in no band. */
  readonly bands?: ReadonlySet<string | null> | undefined;
  readonly grades?: ReadonlySet<string> | undefined;
  readonly cells?: ReadonlySet<string> | undefined;
  readonly minUnits?: number | undefined;
  readonly identities?: ReadonlySet<string> | undefined;
  readonly seenSince?: number | undefined;
  readonly seenBefore?: number | undefined;
  /** What can only be told from who somebody is. */
  readonly isWanted?: ((object: string) => boolean) | undefined;
}

/**
 * The contacts of a shard, ranked by each model as of a day. Time changes nothing here but what is asked for: `advance`
 * looks at those of which it is known that they stand elsewhere by then. Of one that has told nothing that holds on that day
 * the last that is known stands, and it is among `unsure`.
 */
export interface Board {
  readonly size: number;
  known(object: string): Listed | undefined;
  /** Takes what is new; what comes late or twice changes nothing and is `false`. */
  note(note: IndexNote): boolean;
  /** The same from an entry, whose outlooks tell more than a note. What was told of the same change stands. */
  enter(entry: Omit<IndexEntry, "person" | "outlooks">, standings: Readonly<Record<string, Ahead>>): void;
  remove(object: string): void;
  /** To a day; nothing where that is not a later one. */
  advance(day: Day, read: ReadAhead): void;
  find(query: BoardQuery, after?: Place): Iterable<Ranked>;
  of(model: string, object: string): Ranked | undefined;
  isMatch(ranked: Ranked, query: BoardQuery): boolean;
  /** How many are in each band. */
  count(query: BoardQuery): Map<string | null, number>;
  /** Contacts whose standing on the day is not known for sure. */
  unsure(): string[];
  /** Whether a contact is told under other versions of the models than these, or not at all under one of them. */
  isBehind(object: string, versions: Versions): boolean;
  /** How many are, under the model under which most are. */
  countBehind(versions: Versions): number;
}

/** The models that there are, and their versions. */
export type Versions = readonly (readonly [model: string, version: number])[];

export function createBoard(today: Day): Board {
  const contacts = new Map<string, Listed>();
  const rankings = new Map<string, RankedList<Ranked>>();
  const unsure = new Set<string>();
  /** How many are told under each version of a model, by `model version`; and how many are in each band, by model. */
  const told = new Map<string, number>();
  const banded = new Map<string, Map<string | null, number>>();
  let now = today;

  function rankingOf(model: string): RankedList<Ranked> {
    let ranking = rankings.get(model);
    if (!ranking) rankings.set(model, (ranking = createRankedList()));
    return ranking;
  }

  function tally(model: string, ranked: Ranked | undefined, by: 1 | -1): void {
    if (!ranked) return;
    const key = `${model} ${ranked.version}`;
    const count = (told.get(key) ?? 0) + by;
    if (count === 0) told.delete(key);
    else told.set(key, count);
    const counts = banded.get(model) ?? new Map<string | null, number>();
    banded.set(model, counts);
    const inBand = (counts.get(ranked.band) ?? 0) + by;
    if (inBand === 0) counts.delete(ranked.band);
    else counts.set(ranked.band, inBand);
  }

  function rank(model: string, ranked: Ranked): void {
    const ranking = rankingOf(model);
    tally(model, ranking.get(ranked.object), -1);
    tally(model, ranked, 1);
    ranking.set(ranked);
  }

  function unrank(model: string, object: string): void {
    const ranking = rankingOf(model);
    tally(model, ranking.get(object), -1);
    ranking.delete(object);
  }

  function put(contact: Listed, standings: Readonly<Record<string, Ahead>>): void {
    const { object } = contact;
    contacts.set(object, contact);
    unsure.delete(object);
    for (const [model, standing] of Object.entries(standings)) {
      rank(model, { ...standing, object, contact });
      if (standing.until < now) unsure.add(object);
    }
    for (const model of rankings.keys()) if (!standings[model]) unrank(model, object);
  }

  /** Where it stood, which holds no longer. */
  function lastKnown(object: string): Record<string, Ahead> {
    const known: Record<string, Ahead> = {};
    for (const [model, ranking] of rankings) {
      const ranked = ranking.get(object);
      if (ranked) known[model] = ranked;
    }
    return known;
  }

  function isMatch(ranked: Ranked, query: BoardQuery): boolean {
    const { bands, grades, cells, identities, isWanted } = query;
    const { lastSeen, identity } = ranked.contact;
    return (
      (!bands || bands.has(ranked.band)) &&
      (!grades || grades.has(ranked.grade ?? "")) &&
      (!cells || cells.has(ranked.cell ?? "")) &&
      (query.minUnits === undefined || ranked.units >= query.minUnits) &&
      (!identities || identities.has(identity)) &&
      (query.seenSince === undefined || lastSeen >= query.seenSince) &&
      (query.seenBefore === undefined || lastSeen < query.seenBefore) &&
      (!isWanted || isWanted(ranked.object))
    );
  }

  function isBehind(object: string, versions: Versions): boolean {
    return versions.some(([model, version]) => rankings.get(model)?.get(object)?.version !== version);
  }

  function* find(query: BoardQuery, after?: Place): Iterable<Ranked> {
    const order = rankings.get(query.model)?.sorted() ?? [];
    let place = 0;
    if (after) {
      place = findPlace(order, after);
      if (order[place]?.object === after.object) place += 1;
    }
    for (; place < order.length; place += 1) {
      const ranked = order[place];
      if (!ranked || (query.minUnits !== undefined && ranked.units < query.minUnits)) return;
      if (isMatch(ranked, query)) yield ranked;
    }
  }

  return {
    get size() {
      return contacts.size;
    },
    known: (object) => contacts.get(object),
    note({ standings, day, ...contact }) {
      const known = contacts.get(contact.object);
      if (known && !isNewer(contact, known)) return false;
      const ahead = Object.entries(standings).map(([model, standing]) => [
        model,
        { ...standing, until: day },
      ]);
      put(contact, Object.fromEntries(ahead) as Record<string, Ahead>);
      return true;
    },
    enter(contact, standings) {
      const known = contacts.get(contact.object);
      if (!known || !isNewer(known, contact)) put(contact, standings);
    },
    remove(object) {
      contacts.delete(object);
      unsure.delete(object);
      for (const model of rankings.keys()) unrank(model, object);
    },
    advance(day, read) {
      if (day <= now) return;
      now = day;
      const stale = new Set<string>();
      for (const ranking of rankings.values()) {
        for (const { object, until } of ranking.sorted()) if (until < day) stale.add(object);
      }
      for (const object of stale) {
        const contact = contacts.get(object);
        if (contact) put(contact, { ...lastKnown(object), ...read(object) });
      }
    },
    find,
    of: (model, object) => rankings.get(model)?.get(object),
    isMatch,
    count(query) {
      // Without a filter it is known.
      if (!isFiltered(query)) return new Map(banded.get(query.model));
      const counts = new Map<string | null, number>();
      for (const { band } of find(query)) counts.set(band, (counts.get(band) ?? 0) + 1);
      return counts;
    },
    unsure: () => [...unsure],
    isBehind,
    countBehind: (versions) =>
      versions.reduce(
        (most, [model, version]) => Math.max(most, contacts.size - (told.get(`${model} ${version}`) ?? 0)),
        0,
      ),
  };
}

function isFiltered(query: BoardQuery): boolean {
  return Object.entries(query).some(([name, value]) => name !== "model" && value !== undefined);
}
