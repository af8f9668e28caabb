import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { dayOf } from "../../../shared/day.ts";
import { type Facts, mergeFacts, newRoom } from "../../../shared/facts.ts";
import { type BandChange, bandChanges } from "../../../shared/scoring/band-changes.ts";
import { compileModel } from "../../../shared/scoring/compile.ts";
import type { FullModel } from "../../../shared/scoring/full-model.ts";
import { nextChange } from "../../../shared/scoring/next-change.ts";
import { readModel } from "../../../shared/scoring/read-model.ts";
import { type Score, scoreFacts, summarize } from "../../../shared/scoring/score.ts";
import { factsOfActs } from "../../support/facts-of-acts.ts";
import { anyDenseCase, type DenseCase } from "../../support/oracle/dense.ts";
import { isSameStanding, type OracleDay, oracleDays } from "../../support/oracle/oracle.ts";

const compiled = (full: FullModel) => compileModel(full, { id: "m", version: 1 });
/** `PROPERTY_RUNS=20` runs each property twenty times as often. */
const runs = (count: number) => ({ numRuns: count * Number(process.env["PROPERTY_RUNS"] ?? 1) });
/** Rounding a day's worth or only its sum differs by some billionths. */
const CLOSE = 7;
/** How many days after the read are looked at. */
const HORIZON = 60;
const units = (points: number) => Math.round(points * 1e9);

describe("where floors, limits and bands are met all the time", () => {
  test("the models are ones that a site could save", () => {
    fc.assert(
      fc.property(anyDenseCase, ({ full }) => {
        expect(readModel(JSON.parse(JSON.stringify(full)))).toMatchObject({ ok: true });
      }),
      runs(50),
    );
  });

  test("each of these happens to most contacts", () => {
    const seen = fc.sample(anyDenseCase, { numRuns: 40, seed: 1 }).map(eventful);
    const share = (what: keyof Eventful) => seen.filter((one) => one[what]).length / seen.length;
    expect(share("lifted"), "the floor lifts a sum").toBeGreaterThan(0.6);
    expect(share("limited"), "a limit cuts").toBeGreaterThan(0.5);
    expect(share("unlimited"), "a limit that has cut cuts no more, as points fade").toBeGreaterThan(0.4);
    expect(share("held"), "an exit holds a band").toBeGreaterThan(0.4);
    expect(share("changes"), "there is a next change").toBeGreaterThan(0.5);
  });

  test("score and standing of any day are what the slow implementation says", () => {
    fc.assert(
      fc.property(anyDenseCase, fc.nat({ max: 12 }), ({ full, acts, at }, offset) => {
        const model = compiled(full);
        const facts = factsOfActs(acts);
        for (const { day, score: slow } of oracleDays(full, acts, at + HORIZON)) {
          if (day % 13 !== offset && day !== at) continue;
          const { score, axes, at: _at, ...standing } = summarize(model, facts, day);
          expect(score, `the score on day ${day}`).toBeCloseTo(slow.score, CLOSE);
          for (const [axis, own] of Object.entries(slow.axes)) expect(axes[axis]).toBeCloseTo(own, CLOSE);
          const { score: _score, axes: _axes, ...slowStanding } = slow;
          expect(standing, `the standing on day ${day}`).toEqual(slowStanding);
        }
      }),
      runs(200),
    );
  });

  test("the next change is the first day on which the slow implementation says another", () => {
    fc.assert(
      fc.property(anyDenseCase, ({ full, acts, at }) => {
        const later = oracleDays(full, acts, at + HORIZON).filter(({ day }) => day >= at);
        const changed = later.find(({ score }) => later[0] && !isSameStanding(score, later[0].score));
        const found = nextChange(compiled(full), factsOfActs(acts), at);
        const near = found && found.at <= at + HORIZON ? found : null;
        expect(near).toEqual(changed ? { at: changed.day, band: changed.score.band } : null);
      }),
      runs(1000),
    );
  });

  test("the changes of band are those from day to day of the slow implementation", () => {
    fc.assert(
      fc.property(anyDenseCase, fc.nat({ max: 20 }), ({ full, acts, at }, before) => {
        const from = at - before;
        const slow = changesOf(oracleDays(full, acts, at + HORIZON), acts).filter(({ day }) => day >= from);
        expect(bandChanges(compiled(full), factsOfActs(acts), from, at + HORIZON)).toEqual(slow);
      }),
      runs(200),
    );
  });

  test("the lines of any day add up to the score by themselves", () => {
    fc.assert(
      fc.property(anyDenseCase, ({ full, acts, at }) => {
        const [axis = ""] = Object.keys(full.axes);
        const kinds = ["limit", "min", "max"];
        const bounds = new Set([axis, "total"].flatMap((of) => kinds.map((kind) => `${of}:${kind}`)));
        for (const { score, axes, lines } of reads(full, acts, at, 9)) {
          const ofAxis = lines.filter((line) => line.axis === axis);
          // No axis and no total has a bound here: a line of one would hide what the others fail to tell.
          expect(lines.map(({ rule }) => rule).filter((rule) => bounds.has(rule))).toEqual([]);
          expect(lines.reduce((sum, { points }) => sum + units(points), 0)).toBe(units(score));
          expect(ofAxis.reduce((sum, { points }) => sum + units(points), 0)).toBe(units(axes[axis] ?? 0));
        }
      }),
      runs(100),
    );
  });

  test("two halves that are merged are worth what the whole is", () => {
    const dealt = fc.tuple(anyDenseCase, fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }));
    fc.assert(
      fc.property(dealt, ([{ full, acts, at }, sides]) => {
        const merged: Facts = {};
        const room = newRoom();
        for (const side of [true, false]) {
          mergeFacts(merged, factsOfActs(acts.filter((_, i) => sides[i % sides.length] === side)), room);
        }
        const model = compiled(full);
        const whole = factsOfActs(acts);
        for (const day of [at - 7, at, at + 7]) {
          expect(scoreFacts(model, merged, day)).toEqual(scoreFacts(model, whole, day));
        }
        expect(nextChange(model, merged, at)).toEqual(nextChange(model, whole, at));
      }),
      runs(100),
    );
  });
});

/** The score of each so many days, from the first act on. */
function reads(full: FullModel, acts: DenseCase["acts"], at: number, apart: number): Score[] {
  const model = compiled(full);
  const facts = factsOfActs(acts);
  const first = Math.min(at, ...acts.map((act) => dayOf(act.at)));
  return Array.from({ length: Math.ceil((at - first + HORIZON) / apart) }, (_, i) =>
    scoreFacts(model, facts, first + i * apart),
  );
}

/** The changes of band from day to day. */
function changesOf(days: readonly OracleDay[], acts: DenseCase["acts"]): BandChange[] {
  const happened = new Set(acts.map((act) => dayOf(act.at)));
  return days.flatMap(({ day, score: { band } }, i) => {
    const from = days[i - 1]?.score.band ?? null;
    return band === from ? [] : [{ day, from, to: band, cause: happened.has(day) ? "event" : "decay" }];
  });
}

/** What happens to a contact. */
interface Eventful {
  readonly lifted: boolean;
  readonly limited: boolean;
  /** In days of silence. */
  readonly unlimited: boolean;
  readonly held: boolean;
  readonly changes: boolean;
}

function eventful({ full, acts, at }: DenseCase): Eventful {
  const apart = 3;
  const days = reads(full, acts, at, apart);
  const happened = acts.map((act) => dayOf(act.at));
  const isSilent = (day: number) => !happened.some((one) => one <= day && one > day - apart);
  const limits = days.map(({ lines }) =>
    lines.filter(({ kind }) => kind === "limit").map(({ rule }) => rule),
  );
  const facts = factsOfActs(acts);
  const changes = (model: FullModel) => bandChanges(compiled(model), facts, 0, at + HORIZON);
  return {
    lifted: days.some(({ lines }) => lines.some(({ kind }) => kind === "floor")),
    limited: limits.some((rules) => rules.length > 0),
    unlimited: days.some(
      ({ at: day }, i) => isSilent(day) && limits[i - 1]?.some((rule) => !limits[i]?.includes(rule)),
    ),
    held: JSON.stringify(changes(full)) !== JSON.stringify(changes(withoutExit(full))),
    changes: nextChange(compiled(full), facts, at) !== null,
  };
}

function withoutExit(full: FullModel): FullModel {
  return {
    ...full,
    bands: full.bands.map(({ name, when }) => {
      const { score: { exit: _, ...score } = {}, axes = {} } = when;
      const plain = Object.entries(axes).map(
        ([axis, { exit: _exit, ...plainTest }]) => [axis, plainTest] as const,
      );
      return {
        name,
        when: { ...(when.score && { score }), ...(when.axes && { axes: Object.fromEntries(plain) }) },
      };
    }),
  };
}
