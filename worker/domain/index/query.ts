import type { Ref, Scalar } from "../../../shared/event.ts";
import { toPoints, toUnits, type Units } from "../../../shared/scoring/units.ts";
import type { Board, BoardQuery, Ranked, Versions } from "./board.ts";
import type { Identity, Person } from "./entry.ts";
import type { Place } from "./ranked-list.ts";
import type { WalkState } from "./walk-state.ts";

/** Which contacts somebody asks for, as it goes from the route to a shard. */
export interface IndexQuery {
  readonly model: string;
  /** The model's version in force. */
  readonly version: number;
  /** Of all models: whoever is told under other ones is asked again. */
  readonly versions: Versions;
  readonly bands?: readonly (string | null)[];
  readonly grades?: readonly string[];
  readonly cells?: readonly string[];
  readonly minScore?: number;
  readonly identities?: readonly Identity[];
  /** Milliseconds since 1970. */
  readonly seenSince?: number;
  readonly seenBefore?: number;
  /** Traits and their values, as text. */
  readonly traits?: readonly (readonly [name: string, value: string])[];
  /** Found in the contact's name, in a trait, or in who it claims to be, whatever the case. */
  readonly text?: string;
}

/** A contact of a list. */
export interface IndexRow {
  readonly object: string;
  readonly units: Units;
  /** Where it stands in the ranking that is kept for paging. */
  readonly offset: number;
  readonly contact: Ref;
  readonly score: number;
  readonly band: string | null;
  readonly grade?: string;
  readonly cell?: string;
  /** Where the model leaves the contact unscored. */
  readonly excluded?: true;
  readonly identity: Identity;
  readonly claims?: readonly Ref[];
  readonly traits: Readonly<Record<string, Scalar>>;
  /** When it did something last, in ISO 8601. */
  readonly lastSeen: string;
  /** Where it is told under another version than the answer: a change of the model is still being taken in. */
  readonly version?: number;
}

/** Where a reader goes on: in a ranking that is kept as it was, or after a place where that is not kept any more. */
export interface PageStart {
  readonly ranking?: string;
  readonly offset: number;
  readonly after: Place;
}

/** A part of a shard's ranking, and what the shard has to say of it. */
export interface IndexPage {
  readonly rows: readonly IndexRow[];
  /** Where it goes on after the last of these; `undefined` where there are no more. */
  readonly end?: Omit<PageStart, "ranking">;
  /** The ranking that this is a part of, as long as it is kept. */
  readonly ranking?: string;
  /**
   * Contacts that belong among these, or may do, and are left out, as they could not be asked just now who they are.
   */
  readonly unnamed: number;
  /** Contacts of which it is not known for sure where they stand today. */
  readonly unsure: number;
  /** Contacts that have not been asked since a model is another one. */
  readonly behind: number;
  /** The walk over all contacts that was begun last. */
  readonly walk: WalkState | null;
}

/** What one who watches is told. */
export type LiveMessage =
  | { readonly type: "watching"; readonly model: string; readonly version: number }
  | ({ readonly type: "contact" } & Omit<IndexRow, "object" | "units" | "offset">)
  /** It is not among those that are watched (any more). */
  | { readonly type: "unlisted"; readonly contact: Ref };

/** How many contacts a shard has in each band. */
export interface IndexCounts {
  readonly bands: readonly (readonly [band: string | null, contacts: number])[];
  /** Contacts that are left out, as it is not known yet whether they have what is asked for. */
  readonly unnamed: number;
  readonly walk: WalkState | null;
}

/** How a shard is. */
export interface IndexStatus {
  readonly contacts: number;
  /** Contacts that have told something of which no row knows yet. */
  readonly waiting: number;
  readonly watchers: number;
  readonly walk: WalkState | null;
  /** Since the shard was loaded; and the size of its file. */
  readonly storage: { readonly rowsRead: number; readonly rowsWritten: number; readonly bytes: number };
}

export function boardQuery(query: IndexQuery, personOf: (object: string) => Person | undefined): BoardQuery {
  const { model, bands, grades, cells, minScore, identities, seenSince, seenBefore } = query;
  const isWanted = (object: string) => {
    const person = personOf(object);
    return person !== undefined && isPerson(person, query);
  };
  return {
    model,
    bands: bands && new Set(bands),
    grades: grades && new Set(grades),
    cells: cells && new Set(cells),
    identities: identities && new Set(identities),
    minUnits: minScore === undefined ? undefined : toUnits(minScore),
    seenSince,
    seenBefore,
    isWanted: asksWho(query) ? isWanted : undefined,
  };
}

/** Whether it can only be answered by knowing who all of the contacts are. */
export function asksWho({ traits, text }: IndexQuery): boolean {
  return text !== undefined || (traits !== undefined && traits.length > 0);
}

function isPerson({ ref, traits, claims }: Person, query: IndexQuery): boolean {
  for (const [name, value] of query.traits ?? []) {
    if (!Object.hasOwn(traits, name) || String(traits[name]) !== value) return false;
  }
  if (query.text === undefined) return true;
  const text = query.text.toLowerCase();
  return [ref, ...claims, ...Object.values(traits)].some((each) => String(each).toLowerCase().includes(text));
}

/** The first contacts that a board has after a place, and whether there are more. */
export function firstOf(
  board: Board,
  query: BoardQuery,
  limit: number,
  after?: Place,
): { readonly found: readonly Ranked[]; readonly rest: Iterator<Ranked> } {
  const all = board.find(query, after)[Symbol.iterator]();
  const found: Ranked[] = [];
  while (found.length < limit) {
    const next = all.next();
    if (next.done) break;
    found.push(next.value);
  }
  return { found, rest: all };
}

export function rowOf(ranked: Ranked, offset: number, person: Person, version: number): IndexRow {
  const { ref, traits, claims } = person;
  const { object, units, band, grade, cell, isExcluded, contact } = ranked;
  return {
    object,
    units,
    offset,
    contact: ref,
    score: toPoints(units),
    band,
    ...(grade === undefined ? {} : { grade }),
    ...(cell === undefined ? {} : { cell }),
    ...(isExcluded ? { excluded: true } : {}),
    identity: contact.identity,
    ...(claims.length > 0 ? { claims } : {}),
    traits,
    lastSeen: new Date(contact.lastSeen).toISOString(),
    ...(ranked.version === version ? {} : { version: ranked.version }),
  };
}
