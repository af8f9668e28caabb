import { BadQuery, type Search } from "../index/read-query.ts";
import { formatOf } from "./import-query.ts";
import type { ImportFormat } from "./import-rows.ts";

export interface ExportQuery {
  readonly format: ImportFormat;
  /** The traits that it has columns of; `undefined` for all that there are. */
  readonly traits: readonly string[] | undefined;
  /** What it shares with a list. */
  readonly search: Search;
}

/** More make a file that no spreadsheet shows as a whole. */
export const MAX_TRAIT_COLUMNS = 500;

/** Reads an export's address. Throws `BadQuery`. */
export function readExportQuery(search: Search, accept: string): ExportQuery {
  const valueOf = (name: string) => search.find(([each]) => each === name)?.[1].trim();
  for (const name of ["limit", "cursor"]) {
    if (valueOf(name) === undefined) continue;
    throw new BadQuery(`"${name}" is of a list in pages; an export has all of them. Leave it out.`);
  }
  const traits = valueOf("traits")
    ?.split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  if (traits && traits.length > MAX_TRAIT_COLUMNS)
    throw new BadQuery(`"traits" takes at most ${MAX_TRAIT_COLUMNS} names.`);
  return {
    format: formatOf(valueOf("format"), /json/i.test(accept) ? "ndjson" : "csv"),
    traits: traits && [...new Set(traits)],
    search: search.filter(([name]) => name !== "format" && name !== "traits"),
  };
}
