import type { Day } from "../day.ts";
import type { Facts } from "../facts.ts";
import type { CompiledModel } from "./compile.ts";
import { inactivityLines } from "./inactivity.ts";
import { ruleLines } from "./rule-lines.ts";
import { tally } from "./tally.ts";

/** One reason of a score. The points of all lines of an axis, added in their order, are its score exactly. */
export interface Line {
  /** The id of the rule, or of the part of the model that the line comes from. */
  readonly rule: string;
  readonly kind: "rule" | "cap" | "inactivity";
  readonly axis: string;
  /** In the owner's words. */
  readonly label: string;
  readonly points: number;
  /** How often the points were given or taken. */
  readonly times: number;
  /** The first and last day that had a part in it. */
  readonly first?: Day;
  readonly last?: Day;
}

export interface Score {
  readonly at: Day;
  readonly score: number;
  readonly axes: Readonly<Record<string, number>>;
  readonly band: string | null;
  readonly lines: readonly Line[];
  /** The last day on which anything is known to have happened; `undefined` before the first. */
  readonly lastActive: Day | undefined;
}

/** Scores the facts up to and including the day `at`. Pure, and the same wherever it runs. */
export function scoreFacts(compiled: CompiledModel, facts: Facts, at: Day): Score {
  const counted = tally(compiled, facts, at);
  const lines: Line[] = [];
  for (const [place, count] of counted.rules) {
    const placed = compiled.rules[place];
    if (placed) lines.push(...ruleLines(placed, count));
  }
  for (const [axis, { inactivity }] of compiled.axes) {
    if (inactivity) lines.push(...inactivityLines(axis, inactivity, counted.activeDays, at));
  }
  const axes: Record<string, number> = {};
  for (const [axis] of compiled.axes) axes[axis] = 0;
  for (const line of lines) axes[line.axis] = (axes[line.axis] ?? 0) + line.points;
  const score = Object.values(axes).reduce((sum, points) => sum + points, 0);
  const band = compiled.model.bands.find(({ axis, from }) => from === null || (axes[axis] ?? 0) >= from);
  return { at, score, axes, band: band?.name ?? null, lines, lastActive: counted.activeDays.at(-1) };
}
