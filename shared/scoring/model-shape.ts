import { PRESETS } from "../models/presets/index.ts";
import { minIsBelowMax } from "./check-lines.ts";
import { keysDiffer } from "./check-rule.ts";
import { checkShort, meetsSomebody } from "./check-short.ts";
import {
  AXIS_KEYS,
  type AxisDocument,
  type ExclusionDocument,
  type InactivityDocument,
  type ModelDocument,
} from "./document.ts";
import {
  MAX_AXES,
  MAX_GROUPS,
  MAX_LADDER_STEPS,
  MAX_LIST_ITEMS,
  MAX_PATTERN_CHARS,
  MAX_RULES,
} from "./model-limits.ts";
import { decay } from "./pay-shape.ts";
import { group, shortRule } from "./rule-shape.ts";
import { about, choice, list, object, record, text, union } from "./shape.ts";
import { bands, grade, grid, total } from "./standing-shape.ts";
import {
  duration,
  label,
  longText,
  mostPoints,
  name,
  pattern,
  points,
  scorePoints,
  takenPoints,
  traitName,
  trimmed,
} from "./value-shapes.ts";
import { eventName, lastingWhen, lastingWhenIfAny, where } from "./when-shape.ts";

const inactivity = object<InactivityDocument>(
  'an object such as {"mode": "cumulative", "onReturn": "keep", "steps": {"30d": -15}}',
  {
    mode: about(
      'cumulative: each step, or each "every", takes its points on top of those before; replace: it takes so many in all.',
      choice("cumulative", "replace"),
    ),
    onReturn: about(
      "What becomes of the points taken when the contact comes back: they stay taken, or are given back.",
      choice("keep", "forgive"),
    ),
    steps: about(
      'Points by days without an act: {"30d": -15, "60d": -30}.',
      record(duration, takenPoints, {
        wants: 'points by days, such as {"30d": -15}',
        min: 1,
        max: MAX_LADDER_STEPS,
        also: (value, path, report) => keysDiffer(value, path, report),
      }),
    ),
    every: about("Takes the points each time that so many days have passed.", duration),
    points: about('What each "every" takes.', takenPoints),
    most: about("The most that one gap takes.", takenPoints),
    signals: about("The events that count as activity, instead of the contact's own acts.", lastingWhen),
  },
  {
    required: ["mode", "onReturn"],
    one: [["steps", "every"]],
    bars: { steps: ["points", "most"] },
    needs: { every: [["points"]], points: [["every"]], most: [["every"]] },
  },
  {
    name: "inactivity",
    keeps: [],
    mistaken: Object.fromEntries(
      ["days", "after"].map((key) => [key, ["every", 'how often is told by "every", as in "every": "30d"']]),
    ),
  },
);

/** What an axis has, and the short form for the first axis. */
const ofAxis = {
  start: about("Points that everybody has from the start.", scorePoints),
  min: about("The least that is shown; points below it are not forgotten.", scorePoints),
  max: about("The most that is shown; points above it are not forgotten.", scorePoints),
  floor: about("A running floor: a sum that would end a day below it is lifted to it for good.", scorePoints),
  inactivity: about("Points taken from a contact who does nothing for some time.", inactivity),
  reset: about(
    "The event that sets the axis back to its start; what came before no longer counts.",
    lastingWhenIfAny,
  ),
};

const axis = object<AxisDocument>(
  'an object such as {"max": 100}',
  { label: about("What explain calls the axis.", label), ...ofAxis },
  {},
  { name: "axis", keeps: [], also: minIsBelowMax },
);

const exclusion = object<ExclusionDocument>(
  'an object such as {"label": "Own staff", "where": {"email": {"endsWith": "@ourselves.example"}}}',
  {
    label: about("Why, as it is told with the score.", label),
    where: about("Tests of traits that must all hold.", where),
    when: about("An event that has ever happened.", lastingWhenIfAny),
  },
  { required: ["label"], some: [["where", "when"]] },
  { also: meetsSomebody },
);

const line = union([points, shortRule]);
const lines = record(pattern, line, { name: "lines", wants: "points by pattern", max: MAX_RULES, keeps: [] });
const byPattern = (what: string) => about(what, lines);

const traitValue = text({
  wants: 'a value, a pattern or a comparison such as ">=200"',
  max: MAX_PATTERN_CHARS,
  ...trimmed("a value"),
  pattern: /^(?:(?:>=|<=|>|<)\s*[+-]?\d+(?:\.\d+)?|[^\s<>=≥≤](?:[\s\S]*\S)?)$/,
});

/** A scoring model as a site owner writes it. */
export const modelShape = object<ModelDocument>(
  "an object",
  {
    $schema: about("The schema by which an editor completes this file.", longText),
    id: about("The name of the model in addresses.", name),
    name: about("What people call the model.", label),
    about: about("What the model is for.", longText),
    source: about("Where the system is described.", longText),
    preset: about("A shipped model that this one starts from; what stands here changes it.", {
      ...name,
      examples: Object.keys(PRESETS),
    }),
    pages: byPattern(
      'Points for each visit of a page, by path: {"/pricing*": 10}. The most specific pattern counts.',
    ),
    minutes: byPattern("Points for each whole minute of engaged time on a page in a day, by path."),
    forms: byPattern("Points for a form that was submitted, once, by its id or name."),
    events: about(
      'Points for each event, by name: {"Webinar Attended": 15}.',
      record(eventName, line, { wants: "points by event", max: MAX_RULES, keeps: [] }),
    ),
    traits: about(
      'Points by the value of a trait: {"role": {"ceo": 20}, "employees": {">=200": 15}}.',
      record(
        traitName,
        record(traitValue, points, {
          wants: 'points by value, such as {"ceo": 20}',
          max: MAX_RULES,
          keeps: [],
        }),
        { wants: "points by trait and value", max: MAX_RULES, keeps: [] },
      ),
    ),
    caps: about(
      "The most that one line of a short part may bring (or cost).",
      object<Record<"pages" | "minutes" | "forms" | "events", number>>(
        'an object such as {"pages": 60}',
        {
          pages: about("Of each line of pages.", mostPoints),
          minutes: about("Of each line of minutes.", mostPoints),
          forms: about("Of each line of forms.", mostPoints),
          events: about("Of each line of events.", mostPoints),
        },
        {},
        { keeps: [] },
      ),
    ),
    decay: about("How the points of pages, minutes, forms and events fade.", decay),
    ...ofAxis,
    axes: about(
      'Named partial scores: {"fit": {"max": 50}, "engagement": {}}. The short form belongs to the first.',
      record(name, axis, { wants: 'axes by name, such as {"fit": {}}', min: 1, max: MAX_AXES, keeps: [] }),
    ),
    groups: about(
      "Rules in groups, each with an axis, limits and decay.",
      list(group, { wants: "a list of groups", max: MAX_GROUPS }),
    ),
    total: about("How the score is made of the axes.", total),
    grade: about("A grade of an axis or of the total, by a ladder or by cuts.", grade),
    grid: about("Cells made of the cuts of several axes, such as A1 to C3.", grid),
    bands: about(
      'From the best down, by the least score: {"hot": 50, "cold": null}; or a list with conditions.',
      bands,
    ),
    exclude: about(
      "Contacts who are left unscored, such as your own staff.",
      list(exclusion, { wants: "a list of exclusions", max: MAX_LIST_ITEMS }),
    ),
  },
  {
    bars: { axes: AXIS_KEYS },
    instead: { axes: 'write it in the axis that is meant, as in {"axes": {"fit": {"max": 100}}}' },
  },
  {
    name: "model",
    keeps: ["$schema", "id", "preset", "axes"],
    also(value, path, report) {
      if (Object.keys(value).every((key) => key === "$schema")) {
        report(
          path,
          () => 'says nothing: it wants points for something, such as {"pages": {"/pricing*": 10}}',
        );
      }
      minIsBelowMax(value, path, report);
      checkShort(value, path, report);
    },
  },
);
