import { minIsBelowMax } from "./check-lines.ts";
import { checkDecaySteps, checkGroup, checkRule, checkSteps } from "./check-rule.ts";
import type {
  Cap,
  CountDocument,
  DecayDocument,
  GroupDocument,
  Per,
  RuleDocument,
  RuleLimit,
  ShortRule,
  StepsDocument,
} from "./document.ts";
import {
  MAX_AMOUNT,
  MAX_LIST_ITEMS,
  MAX_POINTS,
  MAX_RULE_ID_CHARS,
  MAX_RULES,
  MIN_DECAY_PERCENT,
} from "./model-limits.ts";
import { about, choice, list, number, object, record, text, union } from "./shape.ts";
import {
  activeTime,
  age,
  duration,
  label,
  mostPoints,
  name,
  percent,
  points,
  propertyName,
  scorePoints,
  traitName,
  valueText,
} from "./value-shapes.ts";
import { when, where } from "./when-shape.ts";

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

const per = union(
  [
    choice("event", "once", ...periods),
    duration,
    object<Exclude<Per, string>>(
      'an object such as {"active": "1m"}',
      {
        distinct: about("Once for each different value of this property of the event.", propertyName),
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

const ages = choice("first", "last");

const count = object<CountDocument>(
  'an object such as {"gte": 3, "within": "7d"}',
  {
    gte: about("So many occurrences are needed.", number(1, MAX_POINTS, { whole: true })),
    within: about("Counts only the last so many days; it pays while there are enough.", duration),
    distinct: about("Counts the different values of this property instead of occurrences.", propertyName),
    repeat: about("Pays for each completed count, for good, and not only once.", choice(true, false)),
  },
  { required: ["gte"] },
  { name: "count" },
);

const quantity = text({
  wants: 'a quantity like "5", "10m" or "31d"',
  max: 20,
  pattern: /^(?:-?\d{1,12}(?:\.\d{1,4})?|\d{1,5}[smhdw])$/,
});

const steps = object<StepsDocument>(
  'an object such as {"of": "count", "points": {"5": 10}}',
  {
    of: about(
      "What is measured: the number of events, the sum or the maximum of their value, active time, or the days since the last.",
      choice("count", "value", "max", "active", "recency"),
    ),
    within: about("Measures only the last so many days; not for recency.", duration),
    distinct: about("With count: counts the different values of this property.", propertyName),
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

const cap = union(
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
  { name: "ruleLimit" },
);

const groupLimit = object<
  GroupDocument["limits"] extends readonly (infer Limit)[] | undefined ? Limit : never
>(
  'an object such as {"each": "day", "points": 20}',
  { each, within: anyDays, points: limitPoints },
  { one: [["each", "within"]], required: ["points"] },
  { name: "groupLimit" },
);

const limits = about(
  "The most it pays in a period, in points or times.",
  list(ruleLimit, { wants: "a list of limits", max: MAX_LIST_ITEMS }),
);

/** What a rule has in the full and in the short form alike. */
const ofBoth = {
  label: about("What explain calls the rule.", label),
  points: about('Paid for each occurrence, or as "per" and "count" say; negative points take away.', points),
  per: about('What one payment is made for; "event" (each occurrence) unless something else is said.', per),
  ages: about("Whether what is paid once is as old as the first occurrence or as the last.", ages),
  count: about("Pays when there have been so many occurrences.", count),
  cap: about("The most that the rule brings (or costs) in all.", cap),
  limits,
  decay: about("How the points fade with the age of each payment; instead of the group's.", decay),
  where: about("Tests of traits that must all hold; beside an event they are a gate.", where),
};

export const shortRule = object<ShortRule>(
  'an object such as {"points": 5}',
  ofBoth,
  { required: ["points"], bars: { count: ["per"] } },
  { name: "shortRule", also: checkRule },
);

const occurrencesOnly = ["per", "ages", "count", "limits", "decay"] as const;
const id = text({ wants: `a name of at most ${MAX_RULE_ID_CHARS} characters`, max: MAX_RULE_ID_CHARS });

const rule = object<RuleDocument>(
  'an object such as {"when": "signup", "points": 5}',
  {
    id: about("Names the rule in explain, and for whoever changes a preset.", id),
    ...ofBoth,
    when: about("The event that the rule looks at, or a list of events.", when),
    trait: about("A trait whose value gives the points, by map or as a number.", traitName),
    map: about(
      'Points by the text of the trait\'s value: {"vp": 25, "student": -30}.',
      record(valueText, points, { wants: 'points by value, such as {"vp": 25}' }),
    ),
    value: about("The trait is a number, and gives itself times points.", choice(true)),
    otherwise: about("Points where the trait has a value that map does not name.", points),
    unknown: about("Points where the trait has no value (or, with value, no number).", points),
    steps: about("Points by how much there has been: recency, frequency, money.", steps),
  },
  {
    some: [
      ["when", "where", "trait"],
      ["points", "steps", "trait"],
    ],
    bars: {
      trait: ["when", "steps", ...occurrencesOnly],
      steps: ["points", ...occurrencesOnly],
      count: ["per"],
      map: ["value", "points"],
    },
    needs: {
      trait: [["map", "value"]],
      map: [["trait"]],
      value: [["trait"]],
      otherwise: [["trait"]],
      unknown: [["trait"]],
      steps: [["when"]],
      per: [["when"]],
      ages: [["when"]],
      count: [["when"]],
      limits: [["when"]],
      decay: [["when"]],
    },
  },
  { name: "rule", also: checkRule },
);

export const group = object<GroupDocument>(
  'an object such as {"rules": []}',
  {
    id: about("Names the group, for whoever changes a preset.", name),
    label: about("What explain calls the group.", label),
    axis: about("The axis that it adds to; the first unless something else is said.", name),
    match: about(
      "Whether an event counts for all of the rules or for the first that it meets.",
      choice("all", "first"),
    ),
    min: about("The least that the rules come to together.", scorePoints),
    max: about("The most that the rules come to together.", scorePoints),
    limits: about(
      "The most that all rules pay together in a period.",
      list(groupLimit, { wants: "a list of limits", max: MAX_LIST_ITEMS }),
    ),
    decay: about("How the points of those rules fade that do not say it themselves.", decay),
    rules: about("What gives or takes points.", list(rule, { wants: "a list of rules", max: MAX_RULES })),
  },
  { required: ["rules"] },
  {
    name: "group",
    also(value, path, report) {
      minIsBelowMax(value, path, report);
      checkGroup(value, path, report);
    },
  },
);
