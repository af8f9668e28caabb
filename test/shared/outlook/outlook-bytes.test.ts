import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { LAST_DAY } from "../../../shared/day.ts";
import { DamagedOutlook } from "../../../shared/outlook/byte-reader.ts";
import type { Outlook, OutlookStanding, Ways } from "../../../shared/outlook/outlook.ts";
import { foreseenBands, outlookEnd, readOutlook } from "../../../shared/outlook/read-outlook.ts";
import { writeOutlook } from "../../../shared/outlook/write-outlook.ts";
import type { DecayDocument } from "../../../shared/scoring/document.ts";
import { expectOutlook } from "../../support/outlooks.ts";
import { compileOwners } from "../../vectors/expect-reads.ts";
import { DAY_0, factsOfCase } from "../../vectors/facts-of-case.ts";

const FROM = 20_000;
/** `PROPERTY_RUNS=20` runs each property twenty times as often. */
const runs = (count: number) => ({ numRuns: count * Number(process.env["PROPERTY_RUNS"] ?? 1) });
const NO_WAYS: Ways = { fadings: [], lags: [], rounded: 0 };

function outlook(totals: readonly number[], more: Partial<Outlook> = {}): Outlook {
  const standings = [{ since: 0, standing: { band: null } }];
  return { from: FROM, totals, standings, isFinal: false, ways: NO_WAYS, ...more };
}

function totalsIn(bytes: Uint8Array): (number | undefined)[] {
  const days = outlookEnd(bytes) - FROM + 1;
  return Array.from({ length: days }, (_, i) => readOutlook(bytes, FROM + i)?.units);
}

const anyUnits = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.maxSafeInteger().map((units) => (units % 1e15) + 0),
  fc.integer({ min: -100, max: 100 }).map((points) => points * 1e9),
);
const anyFading = fc.record({ left: fc.double({ min: 0.5, max: 0.999, noNaN: true }), every: fc.nat(8) });
const anyWays = fc.record({
  fadings: fc.array(
    anyFading.map(({ left, every }) => ({ left, every: every + 1 })),
    { maxLength: 3 },
  ),
  lags: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
  rounded: fc.nat(4),
});

describe("any totals are read as they were written", () => {
  test("whatever they are", () => {
    fc.assert(
      fc.property(fc.array(anyUnits, { minLength: 1, maxLength: 100 }), anyWays, (totals, ways) => {
        expect(totalsIn(writeOutlook(outlook(totals, { ways })))).toEqual(totals);
      }),
      runs(300),
    );
  });

  test("where they fade, jump and are rounded", () => {
    const anyPart = fc.record({ at: fc.nat(200), by: anyUnits, fades: fc.boolean(), off: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 6 }), anyWays, (parts, ways) => {
        const [fading] = ways.fadings;
        const totals = Array.from({ length: 200 }, (_, day) =>
          parts.reduce((sum, { at, by, fades, off }) => {
            if (day < at) return sum;
            const left = fades && fading ? fading.left ** Math.floor((day - at) / fading.every) : 1;
            return sum + Math.round((by / 10) * left) + ((day * 7) % (off + 1));
          }, 0),
        );
        const read = totalsIn(writeOutlook(outlook(totals, { ways })));
        expect(read).toEqual(totals.slice(0, read.length));
      }),
      runs(300),
    );
  });

  test("with any standings", () => {
    const anyText = fc.string({ unit: "binary", maxLength: 6 });
    const anyStanding: fc.Arbitrary<OutlookStanding> = fc.record(
      { band: fc.option(anyText), grade: anyText, cell: anyText, cellName: anyText, excluded: anyText },
      { requiredKeys: ["band"] },
    );
    fc.assert(
      fc.property(fc.array(anyStanding, { minLength: 1, maxLength: 4 }), fc.boolean(), (list, isFinal) => {
        const standings = list.map((standing, since) => ({ since, standing }));
        const bytes = writeOutlook(
          outlook(
            list.map(() => 5),
            { standings, isFinal },
          ),
        );
        list.forEach((standing, i) => {
          const {
            units: _units,
            until: _until,
            ...read
          } = readOutlook(bytes, FROM + i) ?? { units: 0, until: 0 };
          expect(read).toEqual(standing);
        });
        expect(outlookEnd(bytes)).toBe(isFinal ? LAST_DAY : FROM + list.length - 1);
      }),
    );
  });
});

test("what nothing foretells is cut to a kilobyte, and says until when it holds", () => {
  const totals = Array.from({ length: 400 }, (_, day) => Math.imul(day + 1, 0x9e3779b1) * 1_000 + day);
  const bytes = writeOutlook(outlook(totals, { isFinal: true }));
  expect(bytes.length).toBeLessThanOrEqual(1_000);
  expect(bytes.length).toBeGreaterThan(800);
  const read = totalsIn(bytes);
  expect(read).toEqual(totals.slice(0, read.length));
  expect(readOutlook(bytes, FROM + read.length)).toBeUndefined();
});

const MODEL = { bands: { hot: 60, warm: 20, cold: null } };
/** A hundred visits of five pages on twenty days. */
const FACTS = factsOfCase({
  facts: Array.from({ length: 100 }, (_, i) => ({
    day: Math.floor(i / 5),
    event: "page",
    path: `/page-${(i * i + (i >> 3)) % 5}`,
  })),
});

/** Five rules; `other` is the decay of every second one. */
function expectSize(most: number, decay: DecayDocument, more: object = {}, other = decay): void {
  const rules = [1, 2, 3, 4, 5].map((points, n) => ({
    id: `r${n}`,
    when: { page: `/page-${n}` },
    points,
    decay: n % 2 === 0 ? decay : other,
  }));
  const model = compileOwners({ ...MODEL, ...more, groups: [{ id: "all", rules }] }, "sizes");
  expect(expectOutlook(model, FACTS, DAY_0 + 20, 400).length).toBeLessThanOrEqual(most);
}

describe("an outlook of 400 days takes few bytes", () => {
  test("where points never fade", () => expectSize(25, "none"));
  test("where they expire", () => expectSize(90, { expire: "30d" }));
  test("where they fade in a line", () => expectSize(90, { linear: { percent: 1, every: "1d" } }));
  test("where they fade by steps", () => expectSize(120, { steps: { "30d": 50, "90d": 25 } }));
  test("where they have a half-life", () => expectSize(170, { halfLife: "30d" }));
  test("where they have two", () => expectSize(200, { halfLife: "30d" }, {}, { halfLife: "90d" }));
  test("where some expire and some fade", () => expectSize(200, { halfLife: "30d" }, {}, { expire: "30d" }));
  test("where they fade every week", () => expectSize(240, { percent: 10, every: "7d" }));
  test("where a floor holds them", () => {
    const inactivity = {
      mode: "cumulative",
      onReturn: "keep",
      steps: { "30d": -15, "60d": -30, "90d": -50 },
    };
    expectSize(150, { halfLife: "30d" }, { floor: 0, inactivity });
  });
  test("where nothing happens for long", () => {
    const inactivity = { mode: "cumulative", onReturn: "keep", every: "30d", points: -5 };
    expectSize(60, "none", { inactivity });
  });
});

test("an outlook ends with time", () => {
  const rules = [{ id: "r", when: { page: "/**" }, points: 1, decay: { halfLife: "3650d" } }];
  const model = compileOwners({ ...MODEL, groups: [{ id: "all", rules }] }, "late");
  const late = expectOutlook(model, FACTS, LAST_DAY - 3, 400);
  expect(outlookEnd(late)).toBe(LAST_DAY);
  expect(readOutlook(late, LAST_DAY + 1)).toBeUndefined();
});

test("who is left unscored is so for ever", () => {
  const model = compileOwners(
    { ...MODEL, pages: { "/**": 5 }, exclude: [{ label: "Staff", when: { page: "/page-1" } }] },
    "out",
  );
  const bytes = expectOutlook(model, FACTS, DAY_0 + 20, 400);
  expect(readOutlook(bytes, LAST_DAY)).toEqual({ band: null, excluded: "Staff", units: 0, until: LAST_DAY });
  expect(foreseenBands(bytes)).toEqual([{ day: DAY_0 + 20, band: null }]);
});

describe("bytes that are none of an outlook", () => {
  /** Reads, or says in its own words why not; anything else fails. */
  function readAnyhow(bytes: Uint8Array): string {
    try {
      for (const day of [FROM, FROM + 30, FROM + 119]) readOutlook(bytes, day);
      foreseenBands(bytes);
      return "read";
    } catch (error) {
      if (!(error instanceof DamagedOutlook)) throw error;
      return error.message;
    }
  }

  test("are read or refused, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, looksRight) => {
        const head = looksRight ? [2, 0xc0, 0xb8, 2, 120, 1, 0, 0] : [];
        expect(readAnyhow(Uint8Array.of(...head, ...bytes))).not.toBe("");
      }),
      runs(3_000),
    );
  });

  test("are refused where they end too early or go on too long", () => {
    const fadings = [{ left: 0.98, every: 1 }];
    const totals = Array.from({ length: 120 }, (_, day) => Math.round(5e10 * 0.98 ** day) + (day % 3));
    const bytes = writeOutlook(outlook(totals, { ways: { fadings, lags: [], rounded: 2 } }));
    expect(readAnyhow(bytes)).toBe("read");
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => readOutlook(bytes.subarray(0, length), FROM), `${length} bytes`).toThrow(DamagedOutlook);
    }
    expect(() => readOutlook(Uint8Array.of(...bytes, 0), FROM)).toThrow(/Make it anew/);
  });
});
