import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { dayOf } from "../../../shared/day.ts";
import { type Facts, mergeFacts, newRoom } from "../../../shared/facts.ts";
import { compileModel } from "../../../shared/scoring/compile.ts";
import { expandModel } from "../../../shared/scoring/expand.ts";
import type { FullModel } from "../../../shared/scoring/full-model.ts";
import { nextChange } from "../../../shared/scoring/next-change.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";
import { scoreFacts } from "../../../shared/scoring/score.ts";
import { factsOfActs } from "../../support/facts-of-acts.ts";
import type { Act } from "../../support/oracle/act.ts";
import { anyFullModel, anyHistory, anyReadDay } from "../../support/oracle/arbitraries.ts";
import { oracleNextChange, oracleScore } from "../../support/oracle/oracle.ts";

const compiled = (full: FullModel) => compileModel(full, { id: "m", version: 1 });
const score = (full: FullModel, acts: readonly Act[], day: number) =>
  scoreFacts(compiled(full), factsOfActs(acts), day);
/** `PROPERTY_RUNS=20` runs each property twenty times as often. */
const runs = (count: number) => ({ numRuns: count * Number(process.env["PROPERTY_RUNS"] ?? 1) });
const anyDay = fc.oneof(anyReadDay, fc.integer({ min: 0, max: 250 }));
/** Both round each line to a billionth; what is on the edge may fall to either side. */
const CLOSE = 7;

describe("a score", () => {
  test("is what the slow implementation says", () => {
    fc.assert(
      fc.property(anyFullModel(), anyHistory(), anyDay, (full, acts, day) => {
        const slow = oracleScore(full, acts, day);
        const { score: points, axes, lines: _, at: _at, ...standing } = score(full, acts, day);
        expect(points).toBeCloseTo(slow.score, CLOSE);
        for (const [axis, own] of Object.entries(slow.axes)) expect(axes[axis]).toBeCloseTo(own, CLOSE);
        const { score: _score, axes: _axes, ...slowStanding } = slow;
        expect(standing).toEqual(slowStanding);
      }),
      runs(400),
    );
  });

  test("is the sum of its lines, exactly, and each axis of its own", () => {
    const units = (points: number) => Math.round(points * 1e9);
    fc.assert(
      fc.property(anyFullModel(), anyHistory(), anyDay, (full, acts, day) => {
        const { score: points, axes, lines, excluded } = score(full, acts, day);
        expect(Number.isFinite(points)).toBe(true);
        expect(lines.reduce((sum, line) => sum + units(line.points), 0)).toBe(units(points));
        if (excluded !== undefined) return;
        for (const [axis, own] of Object.entries(axes)) {
          const ofAxis = lines.filter((line) => line.axis === axis);
          expect(ofAxis.reduce((sum, line) => sum + units(line.points), 0)).toBe(units(own));
        }
      }),
      runs(300),
    );
  });

  test("does not depend on the order of arrival", () => {
    const shuffled = anyHistory().chain((acts) =>
      fc.tuple(fc.constant(acts), fc.shuffledSubarray(acts, { minLength: acts.length })),
    );
    fc.assert(
      fc.property(anyFullModel(), shuffled, anyDay, (full, [acts, others], day) => {
        expect(score(full, others, day)).toEqual(score(full, acts, day));
      }),
      runs(200),
    );
  });

  test("of two contacts merged is that of one who was seen all along", () => {
    const dealt = fc.array(fc.tuple(anyHistory({ most: 6 }), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(anyFullModel(), dealt, anyDay, (full, hands, day) => {
        const merged: Facts = {};
        const room = newRoom();
        for (const side of [true, false]) {
          const own = hands.filter(([, to]) => to === side).flatMap(([acts]) => acts);
          mergeFacts(merged, factsOfActs(own), room);
        }
        const all = hands.flatMap(([acts]) => acts);
        expect(scoreFacts(compiled(full), merged, day)).toEqual(score(full, all, day));
      }),
      runs(200),
    );
  });

  test("is the same on however many devices it was earned", () => {
    const elsewhere = anyHistory().chain((acts) =>
      fc.tuple(
        fc.constant(acts.map((act): Act => ({ ...act, visit: false }))),
        fc.array(fc.constantFrom("phone", "laptop", "server"), {
          minLength: acts.length,
          maxLength: acts.length,
        }),
      ),
    );
    fc.assert(
      fc.property(anyFullModel(), elsewhere, anyDay, (full, [acts, sources], day) => {
        const moved = acts.map((act, i) => ({ ...act, source: sources[i] ?? act.source }));
        expect(score(full, moved, day)).toEqual(score(full, acts, day));
      }),
      runs(200),
    );
  });

  test("does not foresee", () => {
    fc.assert(
      fc.property(anyFullModel(), anyHistory(), anyDay, (full, acts, day) => {
        const known = acts.filter(({ at }) => dayOf(at) <= day);
        expect(score(full, acts, day)).toEqual(score(full, known, day));
        expect(nextChange(compiled(full), factsOfActs(acts), day)).toEqual(
          nextChange(compiled(full), factsOfActs(known), day),
        );
      }),
      runs(200),
    );
  });

  test("never rises by decay where a model takes nothing", () => {
    const options = {
      negativePoints: false,
      negativeWeights: false,
      runningFloors: false,
      unevenSteps: false,
    };
    fc.assert(
      fc.property(
        anyFullModel(options),
        anyHistory({ negativeValues: false }),
        anyDay,
        anyDay,
        (full, acts, day, later) => {
          const known = acts.filter(({ at }) => dayOf(at) <= day);
          const before = score(full, known, day);
          const after = score(full, known, day + later);
          expect(after.score).toBeLessThanOrEqual(before.score);
        },
      ),
      runs(300),
    );
  });

  test("never falls when a rule that gives is made to give more", () => {
    const options = { negativeWeights: false, runningFloors: false };
    const raise = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        anyFullModel(options),
        anyHistory({ negativeValues: false }),
        anyDay,
        raise,
        fc.nat(),
        (full, acts, day, more, which) => {
          const raised = raiseRule(full, which, more);
          expect(score(raised, acts, day).score).toBeGreaterThanOrEqual(score(full, acts, day).score);
        },
      ),
      runs(300),
    );
  });
});

/** The model with one of its giving rules giving more. */
function raiseRule(full: FullModel, which: number, more: number): FullModel {
  const giving = full.groups.flatMap(({ rules }) =>
    rules.filter((rule) => "points" in rule && !("trait" in rule) && (rule.points ?? 0) > 0),
  );
  const chosen = giving[which % Math.max(1, giving.length)];
  return {
    ...full,
    groups: full.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) =>
        rule === chosen && "points" in rule ? { ...rule, points: (rule.points ?? 0) + more } : rule,
      ),
    })),
  };
}

describe("the next change", () => {
  test("is the first day that the slow implementation finds by going from day to day", () => {
    fc.assert(
      fc.property(
        anyFullModel(),
        anyHistory({ most: 10 }),
        fc.integer({ min: 0, max: 160 }),
        (full, acts, day) => {
          const horizon = 120;
          const slow = oracleNextChange(full, acts, day, horizon);
          const found = nextChange(compiled(full), factsOfActs(acts), day);
          const near = found && found.at <= day + horizon ? found : null;
          expect(near && { at: near.at, band: near.band }).toEqual(slow && { at: slow.at, band: slow.band });
        },
      ),
      runs(100),
    );
  });
});

describe("a model in full form", () => {
  test("is accepted, and written out again stays as it is", () => {
    fc.assert(
      fc.property(anyFullModel(), (full) => {
        const read = readModel(JSON.parse(JSON.stringify(full)));
        expect(read).toMatchObject({ ok: true });
        if (read.ok) expect(expandModel(read.document)).toEqual(full);
      }),
      runs(300),
    );
  });
});
