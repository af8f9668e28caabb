import { expect } from "vitest";

import { type CompiledModel, compileModel } from "../../shared/scoring/compile.ts";
import { nextChange } from "../../shared/scoring/next-change.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { scoreFacts } from "../../shared/scoring/score.ts";
import { type CaseFacts, DAY_0, factsOfCase } from "./facts-of-case.ts";

export interface Case extends CaseFacts {
  readonly name: string;
  /** By the day of the read. Only what is named is asserted. */
  readonly expect: Readonly<Record<string, ExpectedRead>>;
}

interface ExpectedRead {
  readonly axes?: Readonly<Record<string, number>>;
  readonly total?: number;
  readonly band?: string | null;
  readonly grade?: string;
  readonly cell?: string;
  readonly cellName?: string;
  readonly excluded?: string;
  /** A day, counted like the others, or `null`. */
  readonly nextChange?: number | null;
}

/** A model of an owner, which must be free of mistakes, ready to score. */
export function compileOwners(model: unknown, id: string): CompiledModel {
  const read = readModel(model);
  if (!read.ok) throw new Error(`${id}: ${JSON.stringify(read.issues, null, 2)}`);
  return compileModel(read.full, { id, version: 1 });
}

/** Reads the case on each of its days, and holds each read against what it must be. */
export function expectReads(compiled: CompiledModel, { expect: reads, ...caseFacts }: Case): void {
  const facts = factsOfCase(caseFacts);
  for (const [day, expected] of Object.entries(reads)) {
    const at = DAY_0 + Number(day);
    const { score, axes, lines, ...rest } = scoreFacts(compiled, facts, at);
    const next = nextChange(compiled, facts, at);
    const seen = {
      ...rest,
      axes: Object.fromEntries(Object.entries(axes).map(([name, points]) => [name, toBillionths(points)])),
      total: toBillionths(score),
      nextChange: next && next.at - DAY_0,
    };
    expect(seen, `the read on day ${day}`).toMatchObject(expected);
    const linesOf = (name?: string) => lines.filter(({ axis }) => name === undefined || axis === name);
    const sum = (name?: string) => linesOf(name).reduce((points, line) => points + line.points, 0);
    expect(Math.abs(sum() - score), `the lines on day ${day} against the score`).toBeLessThan(1e-9);
    for (const [name, points] of Object.entries(axes)) {
      expect(Math.abs(sum(name) - points), `the lines of ${name} on day ${day}`).toBeLessThan(1e-9);
      // Only at a million may a line make up for what the others leave.
      const made = linesOf(name).filter(({ rule }) => rule === `${name}:limit`);
      if (Math.abs(points) < 1_000_000) expect(made, `made up on day ${day}`).toEqual([]);
    }
  }
}

function toBillionths(points: number): number {
  return Math.round(points * 1e9) / 1e9;
}
