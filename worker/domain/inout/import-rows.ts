import type { Scalar } from "../../../shared/event.ts";
import { isObject, type JsonObject } from "../../../shared/page-context.ts";
import { nearest } from "../../../shared/scoring/nearest.ts";
import { show } from "../../../shared/scoring/show.ts";
import { createCsvReader } from "./csv-read.ts";
import { undefuse } from "./defuse.ts";
import { LIST_COLUMNS, TRAIT } from "./list-columns.ts";
import { createNdjsonReader } from "./ndjson-read.ts";
import { plainValue } from "./plain-value.ts";
import type { Row, RowReader } from "./row-reader.ts";

/** What one row says of one contact. */
export interface Statement {
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly timestamp?: string;
  readonly traits: JsonObject;
}

/** A file of which no row can be read, and what to write instead. */
export class BadImport extends Error {
  override readonly name = "BadImport";
}

export type ImportFormat = "csv" | "ndjson";

export interface ImportOptions {
  /** Columns of CSV whose cells are texts, whatever they look like. */
  readonly texts: ReadonlySet<string>;
}

export interface ImportReader extends RowReader<Statement> {
  /** Of CSV, as soon as its header has been read: the traits that it has columns of, and the columns that are passed over. */
  columns(): { readonly traits: readonly string[]; readonly ignored: readonly string[] } | undefined;
}

/** Throws `BadImport` as soon as it is clear that no row can be read. */
export function createImportReader(format: ImportFormat, options: ImportOptions): ImportReader {
  return format === "csv" ? csvImport(options) : ndjsonImport();
}

/** The columns that are not traits. */
const NAMES = ["contact", "userId", "anonymousId"] as const;
const TIMESTAMP = "timestamp";
const NAME_IT = 'a column "contact" (user:<userId> or anon:<anonymousId>), "userId" or "anonymousId"';

function csvImport({ texts }: ImportOptions): ImportReader {
  const reader = createCsvReader();
  let columns: Columns | undefined;

  function statements(rows: readonly Row<readonly string[]>[]): Row<Statement>[] {
    const found: Row<Statement>[] = [];
    for (const row of rows) {
      if (columns) found.push(check(row, columns, texts));
      else if ("problem" in row) throw new BadImport(`The header, in line ${row.line}: ${row.problem}`);
      else columns = columnsOf(row.value, texts);
    }
    return found;
  }

  return {
    push: (piece) => statements(reader.push(piece)),
    end() {
      const found = statements(reader.end());
      if (!columns)
        throw new BadImport(`The file is empty. Its first line names the columns: ${NAME_IT}, and traits.`);
      return found;
    },
    columns: () => columns && { traits: columns.traits.map(({ name }) => name), ignored: columns.ignored },
  };
}

interface Columns {
  readonly count: number;
  /** Where each of the columns stands that are no traits. */
  readonly at: ReadonlyMap<string, number>;
  readonly traits: readonly { readonly name: string; readonly at: number }[];
  readonly ignored: readonly string[];
}

/** A file that was exported has columns that nobody states: where all of these are there, they are passed over. */
function columnsOf(header: readonly string[], texts: ReadonlySet<string>): Columns {
  const names = header.map((name) => name.trim());
  const isExport = LIST_COLUMNS.every((name) => names.includes(name));
  const ignored: string[] = [];
  const at = new Map<string, number>();
  const traits: { name: string; at: number }[] = [];
  const seen = new Set<string>();
  for (const [i, column] of names.entries()) {
    if (column === "" || column === TRAIT)
      throw new BadImport(`Column ${i + 1} of the header has no name. Write one, or leave the column out.`);
    const isOwn = [...NAMES, TIMESTAMP].some((name) => name === column);
    const isOfExport = isExport && LIST_COLUMNS.some((name) => name === column);
    const name = column.startsWith(TRAIT) ? column.slice(TRAIT.length) : column;
    const place = isOwn || isOfExport ? `column ${column}` : `trait ${name}`;
    if (seen.has(place))
      throw new BadImport(`The header has ${show(name)} twice. Leave one of the columns out.`);
    seen.add(place);
    if (isOwn) at.set(column, i);
    else if (isOfExport) ignored.push(column);
    else traits.push({ name, at: i });
  }
  if (!NAMES.some((name) => at.has(name)))
    throw new BadImport(`The header names no contact: ${helpOf(names)}`);
  for (const name of texts) {
    if (traits.some((trait) => trait.name === name)) continue;
    throw new BadImport(`"text" names ${show(name)}, and the file has no such column of a trait.`);
  }
  return { count: header.length, at, traits, ignored };
}

function helpOf(names: readonly string[]): string {
  const [only = ""] = names;
  if (names.length === 1 && /[;\t]/.test(only))
    return `its columns seem to be parted by ${only.includes(";") ? "semicolons" : "tabs"}. Save the file as CSV with commas.`;
  if (only.startsWith("\u001f")) return "it is packed (gzip). Send it unpacked.";
  if (only.startsWith("PK\u0003\u0004")) return "it is a workbook or a ZIP. Save the file as CSV.";
  for (const name of names) {
    const near = nearest(name.replaceAll(/[ _-]/g, ""), NAMES);
    if (near) return `${show(name)} is none of its names; did you mean ${show(near)}? It takes ${NAME_IT}.`;
  }
  return `it takes ${NAME_IT}.`;
}

function check(row: Row<readonly string[]>, columns: Columns, texts: ReadonlySet<string>): Row<Statement> {
  if ("problem" in row) return row;
  const { line, value: cells } = row;
  if (cells.length !== columns.count) {
    const problem = `The row has ${cells.length} ${cells.length === 1 ? "cell" : "cells"}, and the header ${columns.count}. Put a cell with commas in quotes, and write a comma for each empty cell.`;
    return { line, problem };
  }
  const named = (name: string) => {
    const place = columns.at.get(name);
    return place === undefined ? undefined : undefuse(cells[place] ?? "").trim() || undefined;
  };
  const traits = Object.fromEntries(
    columns.traits.flatMap(({ name, at }) => {
      const cell = cells[at] ?? "";
      return cell.trim() === "" ? [] : [[name, texts.has(name) ? undefuse(cell) : valueOf(cell)] as const];
    }),
  );
  return statementOf(line, named, traits, cells.some(isBroken));
}

function valueOf(cell: string): Scalar {
  const text = undefuse(cell);
  return text === cell ? plainValue(cell) : text;
}

function ndjsonImport(): ImportReader {
  const reader = createNdjsonReader();
  return {
    push: (piece) => reader.push(piece).map(statementOfJson),
    end: () => reader.end().map(statementOfJson),
    columns: () => undefined,
  };
}

/** Without `traits` all fields but its names are traits. */
function statementOfJson(row: Row<JsonObject>): Row<Statement> {
  if ("problem" in row) return row;
  const { line, value } = row;
  const {
    contact: _contact,
    userId: _userId,
    anonymousId: _anonymousId,
    timestamp: _timestamp,
    ...rest
  } = value;
  const named = (name: string) => {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === null || given === undefined || given === "") return undefined;
    return typeof given === "number" ? String(given) : given;
  };
  const traits = value.traits ?? rest;
  if (!isObject(traits))
    return { line, problem: '"traits" is an object of names and values: {"plan": "pro"}.' };
  return statementOf(line, named, traits, isBroken(JSON.stringify(value)));
}

function statementOf(
  line: number,
  named: (name: string) => unknown,
  traits: JsonObject,
  hasBroken: boolean,
): Row<Statement> {
  if (hasBroken) return { line, problem: NOT_UTF8 };
  const given = NAMES.flatMap((name) => {
    const value = named(name);
    return value === undefined ? [] : [{ name, value }];
  });
  const [first, second] = given;
  if (!first)
    return {
      line,
      problem: `The row names no contact. Write user:<userId> or anon:<anonymousId> into "contact".`,
    };
  if (second)
    return {
      line,
      problem: `The row names its contact twice, by ${show(first.name)} and ${show(second.name)}. Leave one of them empty.`,
    };
  const who = whoOf(first.name, first.value);
  if (!who)
    return {
      line,
      problem: `${show(first.value)} is no ${first.name === "contact" ? "contact. Write user:<userId> or anon:<anonymousId>" : "id. Write a text"}.`,
    };
  const timestamp = named(TIMESTAMP);
  if (timestamp !== undefined && typeof timestamp !== "string")
    return { line, problem: '"timestamp" is an ISO 8601 date or date-time, such as "2026-11-23".' };
  return { line, value: { ...who, ...(timestamp === undefined ? {} : { timestamp }), traits } };
}

function whoOf(
  name: (typeof NAMES)[number],
  value: unknown,
): Pick<Statement, "userId" | "anonymousId"> | undefined {
  if (typeof value !== "string") return undefined;
  if (name !== "contact") return { [name]: value };
  const [, kind, id] = /^(user|anon):(.+)$/s.exec(value) ?? [];
  if (id === undefined) return undefined;
  return kind === "user" ? { userId: id } : { anonymousId: id };
}

/** Bytes that are no UTF-8 have been read as this. */
function isBroken(text: string): boolean {
  return text.includes("\uFFFD");
}

const NOT_UTF8 = "The row has bytes that are no UTF-8. Save the file as UTF-8 (in a spreadsheet: CSV UTF-8).";
