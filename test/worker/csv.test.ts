import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createCsvReader } from "../../worker/domain/inout/csv-read.ts";
import { csvRow } from "../../worker/domain/inout/csv-write.ts";
import { defuse, undefuse } from "../../worker/domain/inout/defuse.ts";
import { MAX_ROW_CHARS, type Row } from "../../worker/domain/inout/row-reader.ts";

/** What stands between what a reader may take for something else. */
const TRICKY = [
  '"',
  ",",
  "\r",
  "\n",
  "\r\n",
  "'",
  "=",
  "＝",
  "-",
  " ",
  "\t",
  ";",
  "a",
  "é",
  "漢",
  "😀",
  "\uFEFF",
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...TRICKY), { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }).map((any) => any.toWellFormed()),
);
const table = fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { maxLength: 8 });

function readPieces(pieces: readonly string[]): Row<readonly string[]>[] {
  const reader = createCsvReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

const read = (...pieces: readonly string[]) => readPieces(pieces);
const cellsOf = (rows: readonly Row<readonly string[]>[]) =>
  rows.map((row) => ("value" in row ? row.value : row.problem));

describe("CSV", () => {
  test("that was written is read as it was, wherever its bytes are cut", () => {
    const cuts = fc.array(fc.nat(2_000), { maxLength: 6 });
    fc.assert(
      fc.property(table, cuts, (rows, at) => {
        const bytes = new TextEncoder().encode(rows.map(csvRow).join(""));
        const places = [0, ...at.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        const pieces = places
          .slice(1)
          .map((to, i) => decoder.decode(bytes.subarray(places[i], to), { stream: true }));
        expect(cellsOf(readPieces([...pieces, decoder.decode()]))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  test("is read the same in one piece and character by character, also where it is none", () => {
    const any = fc.array(fc.constantFrom(...TRICKY), { maxLength: 40 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(any, (file) => {
        expect(readPieces(file.split(""))).toEqual(read(file));
      }),
      { numRuns: 500 },
    );
  });

  test("is numbered by its lines, whatever stands in its cells", () => {
    expect(read('a,b\r\n\r\n"x\ny\n",1\nc,d')).toEqual([
      { line: 1, value: ["a", "b"] },
      { line: 3, value: ["x\ny\n", "1"] },
      { line: 6, value: ["c", "d"] },
    ]);
  });

  test.each([
    ["a quote inside of a cell", 'a,5" pipe', /quote inside of a cell/],
    ["something after a quoted cell", '"a"b,c', /neither a comma nor the end/],
    ["a carriage return alone", "a\rb,c", /carriage return/],
    ["a quote that the next one closes", 'a,"b', /close the one that is left open/],
    ["a row that is too long", `a,${"x".repeat(MAX_ROW_CHARS)}`, /more than 65536 characters/],
  ])("with %s loses that line, and no other one", (_, bad, message) => {
    const rows = read("1,2\n", bad, '\n3,"4"\n5,6');
    expect(rows).toEqual([
      { line: 1, value: ["1", "2"] },
      { line: 2, problem: expect.stringMatching(message) },
      { line: 3, value: ["3", "4"] },
      { line: 4, value: ["5", "6"] },
    ]);
  });

  test("with a quote that is never closed says so, and loses that line", () => {
    expect(read('1,2\na,"b\n', "3,4")).toEqual([
      { line: 1, value: ["1", "2"] },
      { line: 2, problem: expect.stringMatching(/opened in this line and never closed/) },
      { line: 3, value: ["3", "4"] },
    ]);
  });

  test("with a quote left open does not fill the memory with what follows", () => {
    const reader = createCsvReader();
    const rows = [
      ...reader.push('a,"b\n'),
      ...Array.from({ length: 5_000 }, () => reader.push(`${"x".repeat(40)},1\n`)).flat(),
    ];
    expect(rows[0]).toEqual({ line: 1, problem: expect.stringMatching(/more than 65536 characters/) });
    expect(rows.length).toBeGreaterThan(3_000);
    expect(rows.slice(1).every((row) => "value" in row)).toBe(true);
  });
});

describe("a cell that a spreadsheet would run", () => {
  test.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t1",
    "\r1",
    "\n1",
    " =1",
    "＝1",
    "＋1",
    "－1",
    "＠A1",
    "'=1",
    "''-1",
  ])("%j is defused", (cell) => {
    expect(defuse(cell)).toBe(`'${cell}`);
    expect(undefuse(defuse(cell))).toBe(cell);
  });

  // Where semicolons or tabs part cells, quotes in the middle of one hold nothing together.
  test.each([
    ["x;=1+1;y", "x;'=1+1;y"],
    ["x; @A1", "x;' @A1"],
    ["a\n=1", "a\n'=1"],
    ["a\r\n-1\t+2", "a\r\n'-1\t'+2"],
    ["=1;=2", "'=1;'=2"],
    ["\t=1", "'\t'=1"],
    ["a;'=1", "a;''=1"],
  ])("%j is one within, too: %j", (cell, defused) => {
    expect(defuse(cell)).toBe(defused);
    expect(undefuse(defused)).toBe(cell);
  });

  test.each(["", "a=1", "'t Hooft", "O'Brien", "ann@corp.com", "1-2", "'", "a; b", "a;'b\nc-d"])(
    "%j is none, and left as it is",
    (cell) => {
      expect(defuse(cell)).toBe(cell);
      expect(undefuse(cell)).toBe(cell);
    },
  );

  test("is told again from every other one", () => {
    fc.assert(
      fc.property(text, (cell) => {
        expect(undefuse(defuse(cell))).toBe(cell);
        expect(/^[=+\-@\t\r\n＝＋－＠]|[;\t\r\n][=+\-@＝＋－＠]/.test(defuse(cell))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
