import { nearest } from "../../../shared/scoring/nearest.ts";
import { show } from "../../../shared/scoring/show.ts";
import { BadQuery, type Search } from "../index/read-query.ts";
import type { ImportFormat } from "./import-rows.ts";

export interface ImportQuery {
  readonly format: ImportFormat;
  readonly isDry: boolean;
  /** The line at which it goes on. */
  readonly from: number;
  readonly importId: string | undefined;
  /** Columns whose cells stay texts. */
  readonly texts: ReadonlySet<string>;
}

const PARAMETERS = ["format", "dryRun", "from", "id", "text"];
const FORMATS = ["csv", "ndjson"] as const;

/** Reads an import's address. Throws `BadQuery`: what is mistyped must not be written. */
export function readImportQuery(search: Search, contentType: string): ImportQuery {
  const given = new Map<string, string>();
  for (const [name, value] of search) {
    if (!PARAMETERS.includes(name)) {
      const near = nearest(name, PARAMETERS);
      throw new BadQuery(
        `${show(name)} is nothing that an import takes${near ? `; did you mean ${show(near)}?` : "."} There are ${PARAMETERS.join(", ")}.`,
      );
    }
    if (given.has(name)) throw new BadQuery(`${show(name)} is given twice. Leave one of them out.`);
    given.set(name, value.trim());
  }
  return {
    format: formatOf(given.get("format"), /json/i.test(contentType) ? "ndjson" : "csv"),
    isDry: isYes("dryRun", given.get("dryRun")),
    from: lineOf(given.get("from")),
    importId: idOf(given.get("id")),
    texts: new Set(
      given
        .get("text")
        ?.split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  };
}

/** Throws `BadQuery`. */
export function formatOf(value: string | undefined, otherwise: ImportFormat): ImportFormat {
  if (!value) return otherwise;
  const format = FORMATS.find((each) => each === value.toLowerCase());
  if (format) return format;
  throw new BadQuery(`"format" wants ${FORMATS.join(" or ")}, got ${show(value)}.`);
}

function isYes(name: string, value: string | undefined): boolean {
  if (value === undefined || value === "0" || value === "false") return false;
  if (value === "" || value === "1" || value === "true") return true;
  throw new BadQuery(`${show(name)} wants 1 or 0, got ${show(value)}.`);
}

function lineOf(value: string | undefined): number {
  const line = Number(value ?? 1);
  if (Number.isSafeInteger(line) && line >= 1) return line;
  throw new BadQuery(`"from" wants the number of a line, such as 501, got ${show(value)}.`);
}

function idOf(value: string | undefined): string | undefined {
  if (value === undefined || /^[\w.-]{1,64}$/.test(value)) return value;
  throw new BadQuery(
    `"id" has 1 to 64 letters, digits, ".", "-" or "_", such as crm-2026-11-25, got ${show(value)}.`,
  );
}
