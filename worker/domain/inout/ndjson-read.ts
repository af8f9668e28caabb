import { isObject, type JsonObject } from "../../../shared/page-context.ts";
import { createRowReader, lineBelow, type RowReader, type Scanned } from "./row-reader.ts";

/** Reads a JSON object a line. */
export function createNdjsonReader(): RowReader<JsonObject> {
  return createRowReader(scanLine);
}

function scanLine(text: string, start: number, isEnd: boolean): Scanned<JsonObject> | undefined {
  const next = lineBelow(text, start) ?? (isEnd ? text.length : undefined);
  if (next === undefined) return undefined;
  const line = text.slice(start, next).trim();
  return line === "" ? { next } : { next, ...objectOf(line) };
}

function objectOf(line: string): { readonly value: JsonObject } | { readonly problem: string } {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return { value };
  } catch {
    // Said below.
  }
  return { problem: `This line is no JSON object. Write one a line: ${EXAMPLE}` };
}

const EXAMPLE = '{"contact": "user:7", "traits": {"plan": "pro"}}';
