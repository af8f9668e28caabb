import { cutsDiffer, minIsBelowMax } from "./check-lines.ts";
import type {
  BandCondition,
  BandDocument,
  CutGradeDocument,
  GridDocument,
  LadderDocument,
  TotalDocument,
} from "./document.ts";
import { MAX_AXES, MAX_BANDS, MAX_LADDER_STEPS, MAX_LIST_ITEMS, MAX_WEIGHT } from "./model-limits.ts";
import { about, list, number, object, record, union } from "./shape.ts";
import { cuts, label, lineOrTest, name, numericTest, pattern, scorePoints, theRest } from "./value-shapes.ts";

export const total = object<TotalDocument>(
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

export const grade = object<LadderDocument | CutGradeDocument>(
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

export const grid = object<GridDocument>(
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
  {
    mistaken: {
      ...inCondition(["score", "gte", "gt", "lte", "lt", "min"], '{"score": {"gte": 50}}'),
      ...inCondition(["axes"], '{"axes": {"fit": 35}}'),
      ...inCondition(["grade"], '{"grade": "B"}'),
      ...inCondition(["cell"], '{"cell": ["A1", "A2"]}'),
    },
  },
);

/** Keys that are written beside the name of a band. */
function inCondition(keys: readonly string[], when: string): Record<string, [meant: string, say: string]> {
  return Object.fromEntries(
    keys.map((key) => [key, ["when", `it belongs in "when", as in {"name": "hot", "when": ${when}}`]]),
  );
}

const shortBands = record(name, union([scorePoints, numericTest, theRest]), {
  wants: 'lines by band, such as {"hot": 50, "cold": null}',
  max: MAX_BANDS,
  also: cutsDiffer,
});

export const bands = union([shortBands, list(band, { wants: "a list of bands", max: MAX_BANDS })]);
