import { checkDecaySteps, checkSteps } from "./check-rule.ts";
import type {
  Cap,
  CountDocument,
  DecayDocument,
  GroupLimit,
  Per,
  RuleLimit,
  StepsDocument,
} from "./document.ts";
import { MAX_AMOUNT, MAX_LIST_ITEMS, MAX_POINTS, MIN_DECAY_PERCENT } from "./model-limits.ts";
import { about, choice, list, number, object, record, text, union } from "./shape.ts";
import { activeTime, age, distinctProperty, duration, mostPoints, percent, points } from "./value-shapes.ts";

const every = about("How often; whole days or weeks.", duration);
const lostPercent = number(MIN_DECAY_PERCENT, 100);

/** How points fade. */
export const decay = union(
  [
    choice("none"),
    object<Exclude<DecayDocument, string>>(
      'an object such as {"halfLife": "30d"}',
      {
        expire: about("All of the points up to this age, nothing from it on.", duration),
        linear: about(
          "So many percent of the points go each time, until nothing is left.",
          object<{ percent: number; every: string }>(
            'an object such as {"percent": 50, "every": "30d"}',
            { percent: about("Percent of the points at first that go each time.", lostPercent), every },
            { required: ["percent", "every"] },
          ),
        ),
        halfLife: about(
          "After so long half of the points are left, after twice as long a quarter.",
          duration,
        ),
        percent: about('So many percent of what is left go each day, or each "every".', lostPercent),
        every: about('How often "percent" goes; default "1d".', duration),
        steps: about(
          'The percent that are left from an age on: {"30d": 50, "90d": 10}. They never rise.',
          record(age, percent, {
            wants: 'percents by age, such as {"30d": 50}',
            min: 1,
            also: checkDecaySteps,
          }),
        ),
      },
      { one: [["expire", "linear", "halfLife", "percent", "steps"]], needs: { every: [["percent"]] } },
    ),
  ],
  { name: "decay" },
);

const periods = ["day", "week", "month"] as const;

export const per = union(
  [
    choice("event", "once", ...periods),
    duration,
    object<Exclude<Per, string>>(
      'an object such as {"active": "1m"}',
      {
        distinct: about("Once for each different value of this property of the event.", distinctProperty),
        active: about("For each whole minute, say, of active time, summed over a day.", activeTime),
        value: about(
          "For each whole 100, say, of the events' value, summed over a day.",
          number(0.0001, MAX_AMOUNT),
        ),
      },
      { one: [["distinct", "active", "value"]] },
    ),
  ],
  { name: "per" },
);

export const ages = choice("first", "last");

export const count = object<CountDocument>(
  'an object such as {"gte": 3, "within": "7d"}',
  {
    gte: about("So many occurrences are needed.", number(1, MAX_POINTS, { whole: true })),
    within: about("Counts only the last so many days; it pays while there are enough.", duration),
    distinct: about("Counts the different values of this property instead of occurrences.", distinctProperty),
    repeat: about("Pays for each completed count, for good, and not only once.", choice(true, false)),
  },
  { required: ["gte"] },
  { name: "count" },
);

const quantity = text({
  wants: 'a quantity like "5", "10m" or "31d"',
  max: 20,
  refuses: {
    never: 'belongs beside "points", as in {"of": "recency", "points": {"0d": 5}, "never": -5}',
  },
  pattern: /^(?:-?\d{1,12}(?:\.\d{1,4})?|\d{1,5}[smhdw])$/,
});

export const steps = object<StepsDocument>(
  'an object such as {"of": "count", "points": {"5": 10}}',
  {
    of: about(
      "What is measured: the number of events, the sum or the maximum of their value, active time, or the days since the last.",
      choice("count", "value", "max", "active", "recency"),
    ),
    within: about("Measures only the last so many days; not for recency.", duration),
    distinct: about("With count: counts the different values of this property.", distinctProperty),
    points: about(
      'The points of the highest step reached, by the least quantity: {"100": 1, "500": 3}, {"10m": 5} or {"0d": 5, "31d": 0}.',
      record(quantity, points, { wants: 'points by quantity, such as {"5": 10}', min: 1 }),
    ),
    never: about("With recency: points where it has never happened.", points),
  },
  { required: ["of", "points"] },
  { name: "steps", also: checkSteps },
);

const times = number(1, MAX_POINTS, { whole: true });

export const cap = union(
  [
    mostPoints,
    object<Exclude<Cap, number>>('an object such as {"times": 3}', {
      points: about("The most it brings, or, where its points are negative, costs.", mostPoints),
      times: about("Only the newest so many payments count.", times),
    }),
  ],
  { name: "cap" },
);

const each = about(
  "A UTC day, a week from Monday, a calendar month, or blocks of days from the first payment.",
  union([choice(...periods), duration]),
);
const anyDays = about('Any days in a row: "7d".', duration);
const limitPoints = about("What the payments of the period are worth at most, after decay.", mostPoints);

const MISTAKEN_PERIOD = { per: ["each", 'the period is told by "each" or "within"'] } as const;

const ruleLimit = object<RuleLimit>(
  'an object such as {"each": "day", "points": 20}',
  {
    each,
    within: anyDays,
    points: limitPoints,
    times: about("So many payments of the period count: the first ones.", times),
  },
  {
    one: [
      ["each", "within"],
      ["points", "times"],
    ],
  },
  { name: "ruleLimit", mistaken: MISTAKEN_PERIOD },
);

export const groupLimit = object<GroupLimit>(
  'an object such as {"each": "day", "points": 20}',
  { each, within: anyDays, points: limitPoints },
  { one: [["each", "within"]], required: ["points"] },
  { name: "groupLimit", mistaken: MISTAKEN_PERIOD },
);

export const limits = about(
  "The most it pays in a period, in points or times.",
  list(ruleLimit, { wants: "a list of limits", max: MAX_LIST_ITEMS }),
);
