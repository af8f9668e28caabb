import { readFileSync, writeFileSync } from "node:fs";

/** What became of the events of a fault's story. */
export interface Outcome {
  readonly delivered: number;
  readonly lost: number;
  /** Copies that were counted beyond one of each, and whatever should not have been counted. */
  readonly extra: number;
}

/** What the stories of test/faults have measured, in the order in which they ran. */
export type Measured = readonly (Outcome & { readonly name: string; readonly note?: string })[];

/** A run of vitest, as its JSON reporter tells of it. */
export interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly meta: {
        readonly figures?: Readonly<Record<string, string>>;
        readonly fault?: Measured[number];
      };
    }[];
  }[];
}

const DOCUMENT = new URL("../docs/faults.md", import.meta.url);
const COLUMN = 9;

/** What docs/faults.md says of a fault in an engine: `20 · 0 · 0`, where it varies `3–20 · 0–17 · 0`. */
export function documentedCell(fault: string, engine: string): string | undefined {
  const [header, ...rows] = documentedRows();
  return rows.find(([name]) => name === fault)?.[header?.indexOf(engine) ?? -1];
}

/** The outcome as a cell says it: with the cell's own ranges, where it lies within them. */
export function asCell({ delivered, lost, extra }: Outcome, cell = ""): string {
  const measured = [delivered, lost, extra];
  const ranges = cell.split(" · ").map((range) => range.split("–").map(Number));
  return ranges.length === 3 && ranges.every((range, i) => isWithin(range, measured[i] ?? NaN))
    ? cell
    : measured.join(" · ");
}

function isWithin([least = NaN, most = least]: readonly number[], value: number): boolean {
  return least <= value && value <= most;
}

export function faultsOf(report: Report | undefined): Measured {
  const tests = report?.testResults.flatMap((each) => each.assertionResults) ?? [];
  return tests.flatMap(({ meta }) => meta.fault ?? []);
}

/** A row for each fault, a column for each engine: delivered, lost and extra of 20 events; and what was noticed. */
export function printFaults(byEngine: ReadonlyMap<string, Measured>): void {
  const names = new Set([...byEngine.values()].flat().map(({ name }) => name));
  if (names.size === 0) return;
  const rows = [...names].map((name) => [
    name,
    ...[...byEngine.values()].map((all) => {
      const outcome = all.find((each) => each.name === name);
      return outcome ? asCell(outcome) : "–";
    }),
  ]);
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  const write = ([name = "", ...cells]: readonly string[], fill = " ") =>
    console.log(
      `| ${name.padEnd(width, fill)} | ${cells.map((cell) => cell.padEnd(COLUMN, fill)).join(" | ")} |`,
    );
  console.log("\n20 events in each fault: delivered · lost · extra");
  write(["fault", ...byEngine.keys()]);
  write(["", ...[...byEngine.keys()].map(() => "")], "-");
  for (const row of rows) write(row);
  for (const [engine, all] of byEngine) {
    for (const { note } of all) if (note) console.log(`${engine}: ${note}`);
  }
}

/** Faults of the document that no story tells of. */
export function untoldFaults(measured: Measured, engine: string): string[] {
  const [header, , ...rows] = documentedRows();
  const column = header?.indexOf(engine) ?? -1;
  const told = rows.filter((row) => row[column] !== "–").map(([name = ""]) => name);
  return told.filter((fault) => !measured.some(({ name }) => name === fault));
}

/** Puts what was measured into the table of docs/faults.md; what is said of other engines stays as it is. */
export function documentFaults(engine: string, measured: Measured): void {
  const text = readFileSync(DOCUMENT, "utf8");
  const [header = [], rule = [], ...rows] = documentedRows();
  const column = header.indexOf(engine);
  for (const { name, ...outcome } of measured) {
    let row = rows.find(([fault]) => fault === name);
    if (!row) rows.push((row = [name, ...header.slice(1).map(() => "–")]));
    row[column] = asCell(outcome, row[column]);
  }
  const lines = [header, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  writeFileSync(DOCUMENT, text.replace(/^\|.*\|$(?:\n\|.*\|$)*/m, lines.join("\n")));
}

/** The table of docs/faults.md: its header, its rule, its rows. */
function documentedRows(): string[][] {
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
