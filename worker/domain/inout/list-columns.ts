import type { Ref, Scalar } from "../../../shared/event.ts";
import type { IndexRow } from "../index/query.ts";
import { csvRow } from "./csv-write.ts";
import { defuse } from "./defuse.ts";

/** What stands before the name of a trait, in a list's address and in the header of its file. */
export const TRAIT = "trait.";

/** What a list's file has of each contact before its traits. */
export const LIST_COLUMNS = [
  "contact",
  "model",
  "version",
  "score",
  "band",
  "grade",
  "cell",
  "identity",
  "lastSeen",
  "claims",
] as const;

/** A contact of a list, with the model and its version that it is ranked under. */
export interface ListedContact extends Omit<IndexRow, "object" | "units" | "offset" | "version"> {
  readonly model: string;
  readonly version: number;
}

export function csvHeader(traits: readonly string[]): string {
  return csvRow([...LIST_COLUMNS, ...traits.map((name) => TRAIT + name)]);
}

/** No cell is one that a spreadsheet runs. */
export function csvOf(listed: ListedContact, traits: readonly string[]): string {
  const { contact, model, version, score, band, grade, cell, identity, lastSeen } = listed;
  const own = [
    contact,
    model,
    version,
    score,
    band,
    grade,
    cell,
    identity,
    lastSeen,
    claimsText(listed.claims),
  ];
  return csvRow([...own, ...traits.map((name) => traitOf(listed.traits, name))].map(cellOf));
}

function claimsText(claims: readonly Ref[] | undefined): string | undefined {
  return claims?.join("; ");
}

function traitOf(traits: ListedContact["traits"], name: string): Scalar | undefined {
  return Object.hasOwn(traits, name) ? traits[name] : undefined;
}

/** A number is one, also below zero: only a text can be more than it says. */
function cellOf(value: Scalar | null | undefined): string {
  return typeof value === "string" ? defuse(value) : String(value ?? "");
}
