import { PRESETS } from "../models/presets/index.ts";
import { cutsDiffer, minIsBelowMax } from "./check-lines.ts";
import { keysDiffer } from "./check-rule.ts";
import { checkShort, meetsSomebody } from "./check-short.ts";
import type {
  AxisDocument,
  BandCondition,
  BandDocument,
  CutGradeDocument,
  ExclusionDocument,
  GridDocument,
  InactivityDocument,
  LadderDocument,
  ModelDocument,
  TotalDocument,
} from "./document.ts";
import {
  MAX_AXES,
  MAX_BANDS,
  MAX_GROUPS,
  MAX_LADDER_STEPS,
  MAX_LIST_ITEMS,
  MAX_PATTERN_CHARS,
  MAX_RULES,
  MAX_WEIGHT,
} from "./model-limits.ts";
import { decay, group, shortRule } from "./rule-shape.ts";
import { about, choice, list, number, object, record, text, union } from "./shape.ts";
import {
  cuts,
  duration,
  label,
  lineOrTest,
  longText,
  mostPoints,
  name,
  numericTest,
  pattern,
  points,
  scorePoints,
  takenPoints,
  theRest,
  traitName,
} from "./value-shapes.ts";
import { eventName, lastingWhen, lastingWhenIfAny, where } from "./when-shape.ts";

const inactivity = object<InactivityDocument>(
  'an object such as {"onReturn": "keep", "every": "30d", "points": -10}',
  {
    mode: about(
      "cumulative: each step takes its points on top of those before; replace: it takes so many in all.",
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
    required: ["onReturn"],
    one: [["steps", "every"]],
    bars: { steps: ["points", "most"] },
    needs: { steps: [["mode"]], every: [["points"]], points: [["every"]], most: [["every"]] },
  },
  { name: "inactivity" },
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
  { name: "axis", also: minIsBelowMax },
);

const total = object<TotalDocument>(
  'an object such as {"max": 100}',
  {
    weights: about(
      "The factor of each axis; one that is not named does not count.",
      record(name, number(-MAX_WEIGHT, MAX_WEIGHT), {
        wants: 'factors by axis, such as {"fit": 1}',
        max: MAX_AXES,
      }),
    ),
    min: about("The least that the score comes to.", scorePoints),
    max: about("The most that the score comes to.", scorePoints),
  },
  {},
  { also: minIsBelowMax },
);

const grade = object<LadderDocument | CutGradeDocument>(
  'an object such as {"cuts": {"A": 80, "B": null}}',
  {
    axis: about("The axis that is graded; for cuts the total unless something else is said.", name),
    ladder: about(
      "The grades from the worst to the best; each whole point of the axis is a step.",
      list(name, { wants: "a list of grades", min: 1, max: MAX_LADDER_STEPS }),
    ),
    start: about("The grade of a contact whose axis is at 0.", name),
    cuts: about("The grades by the least value of each; null takes the rest.", cuts),
  },
  { one: [["ladder", "cuts"]], needs: { ladder: [["axis"], ["start"]], start: [["ladder"]] } },
);

const grid = object<GridDocument>(
  'an object such as {"axes": {"fit": {"A": 35, "B": null}}}',
  {
    axes: about(
      "Cuts of several axes, whose names put together are the cell: A and 1 are A1.",
      record(name, cuts, { wants: "cuts by axis", min: 1, max: MAX_AXES }),
    ),
    names: about(
      'Names of cells, by cell or pattern: {"A1": "call today", "C*": "not for us"}.',
      record(pattern, label, { wants: "names by cell" }),
    ),
  },
  { required: ["axes"] },
);

const cellList = list(name, { wants: "a list of cells", min: 1, max: MAX_LIST_ITEMS });

const condition = object<BandCondition>('an object such as {"score": 50}', {
  score: about("The total: at least this, or a test.", lineOrTest),
  axes: about(
    "Axes by name, each of at least so much, or by a test; all must hold.",
    record(name, lineOrTest, { wants: 'lines by axis, such as {"fit": 35}', max: MAX_AXES }),
  ),
  grade: about(
    "At least this grade.",
    union([
      name,
      object<{ gte: string; exit: string }>(
        'an object such as {"gte": "B", "exit": "C"}',
        {
          gte: about("At least this grade.", name),
          exit: about("Once in the band, at least this one keeps a contact in it.", name),
        },
        { required: ["gte"] },
      ),
    ]),
  ),
  cell: about(
    "The cell, or a list of cells.",
    union([
      name,
      cellList,
      object<{ in: string[]; exit: string[] }>(
        'an object such as {"in": ["A1"], "exit": ["A1", "A2"]}',
        {
          in: about("One of these cells.", cellList),
          exit: about("Once in the band, one of these keeps a contact in it.", cellList),
        },
        { required: ["in"] },
      ),
    ]),
  ),
});

const band = object<BandDocument>(
  'an object such as {"name": "hot", "when": {"score": 50}}',
  {
    name: about("What the band is called.", name),
    when: about("All that is named must hold; without it the band takes everybody else.", condition),
  },
  { required: ["name"] },
);

const shortBands = record(name, union([scorePoints, numericTest, theRest]), {
  wants: 'lines by band, such as {"hot": 50, "cold": null}',
  max: MAX_BANDS,
  also: cutsDiffer,
});

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
const lines = record(pattern, line, { name: "lines", wants: "points by pattern", max: MAX_RULES });
const byPattern = (what: string) => about(what, lines);

const traitValue = text({
  wants: 'a value, a pattern or a comparison such as ">=200"',
  max: MAX_PATTERN_CHARS,
  pattern: /^(?:\s*(?:>=|<=|>|<)\s*[+-]?\d+(?:\.\d+)?\s*|\s*[^\s<>][\s\S]*)$/,
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
      record(eventName, line, { wants: "points by event", max: MAX_RULES }),
    ),
    traits: about(
      'Points by the value of a trait: {"role": {"ceo": 20}, "employees": {">=200": 15}}.',
      record(
        traitName,
        record(traitValue, points, { wants: 'points by value, such as {"ceo": 20}', max: MAX_RULES }),
        { wants: "points by trait and value", max: MAX_RULES },
      ),
    ),
    caps: about(
      "The most that one line of a short part may bring (or cost).",
      object<Record<"pages" | "minutes" | "forms" | "events", number>>('an object such as {"pages": 60}', {
        pages: about("Of each line of pages.", mostPoints),
        minutes: about("Of each line of minutes.", mostPoints),
        forms: about("Of each line of forms.", mostPoints),
        events: about("Of each line of events.", mostPoints),
      }),
    ),
    decay: about("How the points of pages, minutes, forms and events fade.", decay),
    ...ofAxis,
    axes: about(
      'Named partial scores: {"fit": {"max": 50}, "engagement": {}}. The short form belongs to the first.',
      record(name, axis, { wants: 'axes by name, such as {"fit": {}}', min: 1, max: MAX_AXES }),
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
      union([shortBands, list(band, { wants: "a list of bands", max: MAX_BANDS })]),
    ),
    exclude: about(
      "Contacts who are left unscored, such as your own staff.",
      list(exclusion, { wants: "a list of exclusions", max: MAX_LIST_ITEMS }),
    ),
  },
  {},
  {
    name: "model",
    also(value, path, report) {
      minIsBelowMax(value, path, report);
      checkShort(value, path, report);
    },
  },
);
