import { parseTime } from "../../../shared/day.ts";
import { nearest } from "../../../shared/scoring/nearest.ts";
import { show } from "../../../shared/scoring/show.ts";
import type { LiveModel } from "../frozen-model.ts";
import type { Identity } from "./entry.ts";
import { DEFAULT_PAGE, MAX_PAGE } from "./index-limits.ts";
import type { IndexQuery } from "./query.ts";

/** What of a list's address cannot be taken, and what to write instead. */
export class BadQuery extends Error {
  override readonly name = "BadQuery";
}

/** Filters that a list takes; each may be given several times, or with commas, and then any of its values will do. */
export type ListFilters = Omit<IndexQuery, "model" | "version" | "versions">;

/** The parameters of an address, in their order. */
export type Search = readonly (readonly [name: string, value: string])[];

export interface ListQuery {
  readonly filters: ListFilters;
  readonly limit: number;
  readonly cursor: string | undefined;
}

const IDENTITIES: readonly Identity[] = ["verified", "claimed", "anonymous"];
const PARAMETERS = [
  "model",
  "band",
  "grade",
  "cell",
  "minScore",
  "identity",
  "seenSince",
  "seenBefore",
  "q",
  "limit",
  "cursor",
];
/** What stands before the name of a trait. */
const TRAIT = "trait.";
const MAX_TEXT_CHARS = 200;
const MAX_VALUES = 50;
/** In an address there is no other way to write that a contact is in none. */
const NO_BAND = "none";

/** Reads a list's address, as far as it does not depend on the model. Throws `BadQuery`. */
export function readListQuery(search: Search): ListQuery {
  for (const [name] of search) {
    if (PARAMETERS.includes(name) || (name.startsWith(TRAIT) && name.length > TRAIT.length)) continue;
    const near = nearest(name, PARAMETERS);
    throw new BadQuery(
      `${show(name)} is not something that contacts are listed by${near ? `; did you mean ${show(near)}?` : "."} There are ${PARAMETERS.join(", ")}, and ${TRAIT}<name>.`,
    );
  }
  const bands = listOf(search, "band");
  const traits = search
    .filter(([name]) => name.startsWith(TRAIT))
    .map(([name, value]) => [name.slice(TRAIT.length), value] as const);
  const text = valueOf(search, "q");
  if (text !== undefined && text.length > MAX_TEXT_CHARS)
    throw new BadQuery(`"q" has at most ${MAX_TEXT_CHARS} characters.`);
  const filters: ListFilters = {
    ...(bands && { bands: bands.map((band) => (band === NO_BAND ? null : band)) }),
    ...optional("grades", listOf(search, "grade")),
    ...optional("cells", listOf(search, "cell")),
    ...optional("minScore", numberOf(search, "minScore")),
    ...optional("identities", identitiesOf(search)),
    ...optional("seenSince", timeOf(search, "seenSince")),
    ...optional("seenBefore", timeOf(search, "seenBefore")),
    ...(traits.length > 0 ? { traits } : {}),
    ...optional("text", text),
  };
  return { filters, limit: limitOf(search), cursor: valueOf(search, "cursor") };
}

/** Throws `BadQuery` where a list asks for a band, a grade or a cell that the model has not. */
export function checkAgainst(model: LiveModel, { bands, grades }: ListFilters): void {
  const named = model.full.bands.map(({ name }) => name);
  for (const band of bands ?? []) {
    if (band === null || named.includes(band)) continue;
    const has =
      named.length === 0 ? "has no bands" : `has ${named.join(", ")}; contacts in none are "${NO_BAND}"`;
    throw new BadQuery(`The model ${show(model.id)} has no band ${show(band)}: it ${has}.`);
  }
  if (grades && !model.full.grade) throw new BadQuery(`The model ${show(model.id)} gives no grades.`);
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: T });
}

/** The first that is given; nothing where it is empty. */
function valueOf(search: Search, name: string): string | undefined {
  return search.find(([each]) => each === name)?.[1].trim() || undefined;
}

function listOf(search: Search, name: string): string[] | undefined {
  const given = search.filter(([each]) => each === name);
  const values = given.flatMap(([, value]) => value.split(",").map((each) => each.trim()));
  const named = values.filter((value) => value !== "");
  if (named.length > MAX_VALUES) throw new BadQuery(`${show(name)} takes at most ${MAX_VALUES} values.`);
  return named.length === 0 ? undefined : named;
}

function numberOf(search: Search, name: string): number | undefined {
  const value = valueOf(search, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number))
    throw new BadQuery(`${show(name)} wants a number, such as 50, got ${show(value)}.`);
  return number;
}

function limitOf(search: Search): number {
  const limit = numberOf(search, "limit") ?? DEFAULT_PAGE;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return limit;
  throw new BadQuery(`"limit" wants a whole number from 1 to ${MAX_PAGE}, got ${limit}.`);
}

function timeOf(search: Search, name: string): number | undefined {
  const value = valueOf(search, name);
  if (value === undefined) return undefined;
  const time = parseTime(value);
  if (time === undefined)
    throw new BadQuery(
      `${show(name)} wants an ISO 8601 date or date-time, such as 2026-11-23, got ${show(value)}.`,
    );
  return time;
}

function identitiesOf(search: Search): Identity[] | undefined {
  const named = listOf(search, "identity");
  return named?.map((name) => {
    const identity = IDENTITIES.find((each) => each === name);
    if (identity) return identity;
    throw new BadQuery(`"identity" wants ${IDENTITIES.join(", ")}, got ${show(name)}.`);
  });
}
