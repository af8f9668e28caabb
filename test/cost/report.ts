import type { Part } from "./parts.ts";
import { sumOf } from "./parts.ts";
import { dollarsOf, type Usage } from "./prices.ts";

const COLUMNS = [
  ["Worker requests", "workerRequests"],
  ["object requests", "objectRequests"],
  ["rows read", "rowsRead"],
  ["rows written", "rowsWritten"],
] as const satisfies readonly (readonly [string, keyof Usage])[];

/** A table in Markdown: each part for a thousand page views, and in dollars for a million. The last line is the sum. */
export function tableOf(parts: readonly Part[], pageViews: number): string[] {
  const rows = parts.toSorted((a, b) => dollarsOf(b.usage) - dollarsOf(a.usage));
  const lines = [...rows, { name: "together", usage: sumOf(parts) }].map(({ name, usage }) => [
    name,
    ...COLUMNS.map(([, unit]) => ((usage[unit] / pageViews) * 1_000).toFixed(0)),
    perMillion(usage, pageViews).toFixed(3),
  ]);
  const heads = ["for 1,000 page views", ...COLUMNS.map(([head]) => head), "$ a million"];
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [lineOf(heads), rule, ...lines.map(lineOf)];
}

export function perMillion(usage: Usage, pageViews: number): number {
  return (dollarsOf(usage) / pageViews) * 1e6;
}
