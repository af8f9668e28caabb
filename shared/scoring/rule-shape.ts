import { minIsBelowMax } from "./check-lines.ts";
import { checkGroup, checkRule } from "./check-rule.ts";
import type { GroupDocument, RuleDocument, ShortRule } from "./document.ts";
import { MAX_LIST_ITEMS, MAX_RULE_ID_CHARS, MAX_RULES } from "./model-limits.ts";
import { ages, cap, count, decay, groupLimit, limits, per, steps } from "./pay-shape.ts";
import { about, choice, list, object, record, text } from "./shape.ts";
import { label, name, points, scorePoints, traitName, trimmed, wholeValue } from "./value-shapes.ts";
import { when, where } from "./when-shape.ts";

/** What people call these keys elsewhere. */
const MISTAKEN_OF_BOTH = {
  max: ["cap", 'the most of a rule is its "cap"'],
  name: ["label", 'what it is called is its "label"'],
  once: ["per", 'how often it pays is told by "per", as in "per": "once"'],
  every: ["per", 'how often it pays is told by "per", as in "per": "7d"'],
  within: ["count", 'it belongs in "count" or "steps", as in "count": {"gte": 3, "within": "7d"}'],
  value: ["per", 'for the value of events use "per": {"value": 100}, or "steps"'],
} as const;

const inWhen = (test: string) =>
  ["when", `it belongs in "when", as in {"when": ${test}, "points": 5}`] as const;

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
  { name: "shortRule", keeps: [], mistaken: MISTAKEN_OF_BOTH, also: checkRule },
);

const occurrencesOnly = ["per", "ages", "count", "limits", "decay"] as const;
const id = text({
  wants: `a name of at most ${MAX_RULE_ID_CHARS} characters`,
  max: MAX_RULE_ID_CHARS,
  ...trimmed("a name"),
});

const rule = object<RuleDocument>(
  'an object such as {"when": "signup", "points": 5}',
  {
    id: about("Names the rule in explain, and for whoever changes a preset.", id),
    ...ofBoth,
    when: about("The event that the rule looks at, or a list of events.", when),
    trait: about("A trait whose value gives the points, by map or as a number.", traitName),
    map: about(
      'Points by the text of the trait\'s value: {"vp": 25, "student": -30}.',
      record(wholeValue, points, { wants: 'points by value, such as {"vp": 25}' }),
    ),
    value: about("The trait is a number, and gives itself times points.", {
      ...choice(true),
      wants: 'true; for the value of events use "per": {"value": 100} or "steps"',
    }),
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
  {
    name: "rule",
    keeps: ["id"],
    mistaken: {
      ...MISTAKEN_OF_BOTH,
      event: inWhen('{"event": "signup"}'),
      page: inWhen('{"page": "/pricing*"}'),
      form: inWhen('{"form": "demo*"}'),
      path: inWhen('{"page": "/pricing*"}'),
    },
    also: checkRule,
  },
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
    keeps: ["id"],
    mistaken: {
      cap: ["max", 'the most of a group is its "max"'],
      name: ["label", 'what it is called is its "label"'],
    },
    also(value, path, report, options) {
      minIsBelowMax(value, path, report);
      checkGroup(value, path, report, options);
    },
  },
);
