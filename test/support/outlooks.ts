import { expect } from "vitest";

import { type Day, LAST_DAY } from "../../shared/day.ts";
import type { Facts } from "../../shared/facts.ts";
import { outlookOf } from "../../shared/outlook/outlook.ts";
import { foreseenBands, outlookEnd, readOutlook } from "../../shared/outlook/read-outlook.ts";
import { writeOutlook } from "../../shared/outlook/write-outlook.ts";
import { bandChanges } from "../../shared/scoring/band-changes.ts";
import type { CompiledModel } from "../../shared/scoring/compile.ts";
import { summarize } from "../../shared/scoring/score.ts";

/** What a day is when it is asked for by itself: nothing is looked ahead. */
function seenOn(compiled: CompiledModel, facts: Facts, day: Day): string {
  const { score, band, grade, cell, cellName, excluded } = summarize(compiled, facts, day);
  return asText({ units: Math.round(score * 1e9) + 0, band, grade, cell, cellName, excluded });
}

function foreseenOn(bytes: Uint8Array, day: Day): string {
  const { units, band, grade, cell, cellName, excluded } = readOutlook(bytes, day) ?? {};
  return asText({ units, band, grade, cell, cellName, excluded });
}

function asText(seen: object): string {
  return JSON.stringify(seen, (_, value: unknown) => (Object.is(value, -0) ? "-0" : value));
}

/**
 * Holds an outlook, written and read again, against what is found when each day is asked for. All facts are of `from`
 * or before.
 */
export function expectOutlook(compiled: CompiledModel, facts: Facts, from: Day, days: number): Uint8Array {
  const bytes = writeOutlook(outlookOf(compiled, facts, from, days));
  const end = outlookEnd(bytes);
  expect(bytes.length).toBeLessThanOrEqual(1_000);
  const last = Math.min(from + days - 1, end);
  const asked = Array.from({ length: last - from + 1 }, (_, i) => from + i);
  const seen = asked.map((day) => seenOn(compiled, facts, day));
  expect(asked.map((day) => foreseenOn(bytes, day))).toEqual(seen);
  const lasts = asked.map((_, i) => {
    const next = seen.findIndex((text, j) => j > i && text !== seen[i]);
    return next < 0 ? end : from + next - 1;
  });
  expect(asked.map((day) => readOutlook(bytes, day)?.until)).toEqual(lasts);
  expect(readOutlook(bytes, from - 1)).toBeUndefined();
  if (end < LAST_DAY) expect(readOutlook(bytes, end + 1)).toBeUndefined();
  expectBands(compiled, facts, bytes, last);
  return bytes;
}

function expectBands(compiled: CompiledModel, facts: Facts, bytes: Uint8Array, last: Day): void {
  const [first, ...changes] = foreseenBands(bytes);
  const from = first?.day ?? 0;
  const { band, excluded } = summarize(compiled, facts, from);
  expect(first?.band).toBe(band);
  // Before the first fact a contact has no band, and none of it changes.
  if (excluded !== undefined || Object.keys(facts).length === 0) return;
  const slow = bandChanges(compiled, facts, from + 1, last).map(({ day, to }) => ({ day, band: to }));
  expect(changes).toEqual(slow);
}
