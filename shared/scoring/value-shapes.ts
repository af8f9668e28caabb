import { cutsDiffer, exitIsLower, rangeIsNotEmpty } from "./check-lines.ts";
import type { NumericTest } from "./document.ts";
import { ACTIVE_TIME_PATTERN, DURATION_PATTERN } from "./duration.ts";
import {
  MAX_ABOUT_CHARS,
  MAX_ACTIVE_SECONDS,
  MAX_DURATION_DAYS,
  MAX_LABEL_CHARS,
  MAX_LADDER_STEPS,
  MAX_NAME_CHARS,
  MAX_PATTERN_CHARS,
  MAX_POINTS,
  MAX_SCORE_POINTS,
} from "./model-limits.ts";
import { number, object, record, type Shape, text, type TextShape, union } from "./shape.ts";

const TIME_CHARS = 16;

export const duration = text({
  name: "duration",
  wants: 'a duration like "30d"',
  max: TIME_CHARS,
  pattern: new RegExp(`^(?:${DURATION_PATTERN})$`),
  nearly: { pattern: /^\d+[dw]$/, wants: `a duration from "1d" to "${MAX_DURATION_DAYS}d"` },
  examples: ["7d", "30d", "4w"],
});

/** An age: `"0d"` too. */
export const age = text({
  ...duration,
  name: "age",
  wants: 'an age like "30d"',
  pattern: new RegExp(`^(?:0[dw]|${DURATION_PATTERN})$`),
  nearly: { pattern: /^\d+[dw]$/, wants: `an age from "0d" to "${MAX_DURATION_DAYS}d"` },
  examples: ["0d", "30d", "90d"],
});

export const activeTime = text({
  name: "activeTime",
  wants: 'active time like "1m"',
  max: TIME_CHARS,
  pattern: new RegExp(`^(?:${ACTIVE_TIME_PATTERN})$`),
  nearly: { pattern: /^\d+[smh]$/, wants: `active time from "1s" to "${MAX_ACTIVE_SECONDS / 3_600}h"` },
  examples: ["30s", "1m", "2h"],
});

export const points = number(-MAX_POINTS, MAX_POINTS, { name: "points" });
export const scorePoints = number(-MAX_SCORE_POINTS, MAX_SCORE_POINTS, { name: "scorePoints" });
/** The most of something, or what a penalty takes. */
export const mostPoints = number(0, MAX_SCORE_POINTS);
export const takenPoints = number(-MAX_POINTS, 0);
export const percent = number(0, 100);

/** Names have no space before or after them, as whatever comes in has none. */
export function trimmed(what: string): Pick<TextShape, "pattern" | "nearly"> {
  const wants = `${what} without a space before or after it`;
  return { pattern: /^\S(?:[\s\S]*\S)?$/, nearly: { pattern: /^\s|\s$/, wants } };
}

/** Keys that would reach what every object has. */
const refuses = { constructor: "cannot be a name", prototype: "cannot be a name" };

export const name = text({
  wants: `a name of at most ${MAX_NAME_CHARS} characters`,
  max: MAX_NAME_CHARS,
  refuses,
  ...trimmed("a name"),
});
export const label = text({ max: MAX_LABEL_CHARS });
export const longText = text({ max: MAX_ABOUT_CHARS, min: 0 });
export const pattern = text({
  wants: `a pattern of at most ${MAX_PATTERN_CHARS} characters`,
  max: MAX_PATTERN_CHARS,
  examples: ["/pricing*", "*"],
  ...trimmed("a pattern"),
});
/** What a trait or a property may hold. */
export const valueText = text({ max: MAX_PATTERN_CHARS, min: 0 });
/** A value that is looked up, and not searched for. */
export const wholeValue = text({
  wants: `a value of at most ${MAX_PATTERN_CHARS} characters`,
  max: MAX_PATTERN_CHARS,
  min: 0,
  pattern: /^[^*]*$/,
  nearly: {
    pattern: /\*/,
    wants: 'a whole value; for a pattern write a rule such as {"where": {"title": "*VP*"}, "points": 5}',
  },
});
export const propertyName = text({
  wants: `the name of a property, of at most ${MAX_NAME_CHARS} characters`,
  max: MAX_NAME_CHARS,
  ...trimmed("the name of a property"),
});
const isSummed = "cannot count different values of it: it is summed, not kept for each event";
/** A property of which different values are counted. */
export const distinctProperty = text({
  ...propertyName,
  refuses: { value: isSummed, active_ms: isSummed },
});
export const traitName = text({
  ...propertyName,
  wants: `the name of a trait, of at most ${MAX_NAME_CHARS} characters`,
  ...trimmed("the name of a trait"),
});

const line = (what: string): Shape => ({ ...scorePoints, about: what });

export const numericTest = object<NumericTest>(
  'an object such as {"gte": 50}',
  {
    gte: line("At least."),
    gt: line("More than."),
    lte: line("At most."),
    lt: line("Less than."),
    exit: line("The lower line for leaving: once in the band, at least this keeps a contact in it."),
  },
  {
    some: [["gte", "gt", "lte", "lt"]],
    bars: { gte: ["gt"], lte: ["lt"] },
    needs: { exit: [["gte", "gt"]] },
  },
  {
    name: "numericTest",
    also(value, path, report) {
      exitIsLower(value, path, report);
      rangeIsNotEmpty(value, path, report);
    },
  },
);

/** At least so much. */
export const lineOrTest = union([scorePoints, numericTest], { name: "line" });

/** Takes the rest. */
export const theRest = { kind: "null", wants: "null" } as const;

export const cuts = record(name, union([scorePoints, theRest]), {
  name: "cuts",
  wants: 'names with their least values, such as {"A": 80, "B": null}',
  min: 1,
  max: MAX_LADDER_STEPS,
  also: cutsDiffer,
});
