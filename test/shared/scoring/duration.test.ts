import { describe, expect, test } from "vitest";

import {
  ACTIVE_TIME_PATTERN,
  activeMsOf,
  daysOf,
  DURATION_PATTERN,
  parseActiveTime,
  parseDuration,
} from "../../../shared/scoring/duration.ts";

describe("a duration", () => {
  test.each([
    ["0d", 0],
    ["1d", 1],
    ["4w", 28],
    ["3650d", 3_650],
    ["521w", 3_647],
  ])("%s is %d days", (text, days) => {
    expect(parseDuration(text)).toBe(days);
    expect(daysOf(text)).toBe(days);
  });

  test.each([
    "",
    "d",
    "30",
    "30 d",
    "030d",
    "-1d",
    "1.5d",
    "30D",
    "3651d",
    "522w",
    "99999999d",
    "1m",
    "1d\n",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(() => daysOf(text)).toThrow(RangeError);
  });
});

describe("active time", () => {
  test.each([
    ["45s", 45_000],
    ["1m", 60_000],
    ["2h", 7_200_000],
    ["24h", 86_400_000],
    ["86400s", 86_400_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseActiveTime(text)).toBe(ms);
    expect(activeMsOf(text)).toBe(ms);
  });

  test.each(["", "1", "25h", "1441m", "86401s", "1d", "1.5m"])("%j is none", (text) => {
    expect(parseActiveTime(text)).toBeUndefined();
  });
});

test("the regular expressions take just what is read as more than nothing", () => {
  const duration = new RegExp(`^(?:${DURATION_PATTERN})$`);
  const activeTime = new RegExp(`^(?:${ACTIVE_TIME_PATTERN})$`);
  for (let n = 0; n < 90_000; n++) {
    for (const unit of ["d", "w", "s", "m", "h"]) {
      const text = n + unit;
      if (duration.test(text) !== (parseDuration(text) ?? 0) > 0) expect.fail(text);
      if (activeTime.test(text) !== (parseActiveTime(text) ?? 0) > 0) expect.fail(text);
    }
  }
});
