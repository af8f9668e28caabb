import type { WrongModel } from "./wrong-models.ts";

const rule = (part: object) => ({ groups: [{ rules: [part] }] });
const RULE = "groups[0].rules[0]";
const grid = { axes: { fit: { A: 10, B: null }, act: { "1": 10, "2": null } } };
const axes = { fit: {}, act: {} };
const ladder = { axis: "interest", start: "D", ladder: ["F", "D", "C", "B"] };

/** Mistakes that only show where one part is read beside another. */
export const WRONG_MEANINGS: readonly WrongModel[] = [
  [
    { decay: { steps: { "30d": 20, "7d": 10 } } },
    "decay.steps",
    '"30d" wants at most 10, as at "7d": what is left never rises; got 20',
  ],
  [{ decay: { steps: { "7d": 20, "1w": 20 } } }, "decay.steps", '"1w" is the same as "7d"'],
  [{ min: 10, max: 5 }, "", '"min" wants to be at most "max" (5), got 10'],
  [{ axes: { fit: { min: 1, max: 0 } } }, "axes.fit", '"min" wants to be at most "max" (0), got 1'],
  [{ axes: { fit: { floor: 1, max: 0 } } }, "axes.fit", '"floor" wants to be at most "max" (0), got 1'],
  [
    rule({ when: "a", points: 5, ages: "last" }),
    RULE,
    '"ages": "last" goes with "per" "once", "week", "month" or {"distinct": …}, or with a "count" without "within" and "repeat"',
  ],
  [rule({ where: {}, points: 5 }), RULE, '"where" wants a test of at least one trait'],
  [
    rule({ when: "a", steps: { of: "count", points: { "10m": 1 } } }),
    `${RULE}.steps.points`,
    'the key "10m" wants to be a whole number from 0 on: "of" is "count"',
  ],
  [
    rule({ when: "a", steps: { of: "active", points: { "5": 1 } } }),
    `${RULE}.steps.points`,
    'the key "5" wants to be active time like "10m": "of" is "active"',
  ],
  [
    rule({ when: "a", steps: { of: "recency", points: { "5": 1 } } }),
    `${RULE}.steps.points`,
    'the key "5" wants to be an age like "31d": "of" is "recency"',
  ],
  [
    rule({ when: "a", steps: { of: "count", points: { "5": 1 }, never: 1 } }),
    `${RULE}.steps`,
    '"never" is for "of": "recency", got "of": "count"',
  ],
  [
    rule({ when: "a", steps: { of: "recency", points: { "0d": 1 }, within: "7d" } }),
    `${RULE}.steps`,
    '"within" is not for "of": "recency"',
  ],
  [
    rule({ when: { event: "Survey Answered", nps: { gte: 9 } }, points: 5 }),
    `${RULE}.when.nps`,
    'there is nothing to compare "gte" with: a number that is sent with an event is not kept. Send it as "value" and use "per": {"value": 1} or "steps"; or send it as a text and list those that count, such as ["9", "10"]',
  ],
  [
    rule({ when: [{ event: "Survey Answered", nps: [9, 10] }], points: 5 }),
    `${RULE}.when[0].nps`,
    'there is nothing to compare 9 with: a number that is sent with an event is not kept. Send it as a text and write "9"',
  ],
  [
    rule({ when: { event: "Rated", stars: { is: 5 } }, points: 5 }),
    `${RULE}.when.stars`,
    'there is nothing to compare 5 with: a number that is sent with an event is not kept. Send it as a text and write "5"',
  ],
  [
    rule({ when: { event: "Visit Started", pages: { gte: 5 } }, points: 5 }),
    `${RULE}.when.pages`,
    'there is nothing to compare "gte" with: the pages and minutes of a visit are those of the event "Visit Summary"',
  ],
  [
    { exclude: [{ label: "Small", when: { page: { lt: 5 } } }] },
    "exclude[0].when.page",
    'there is nothing to compare "lt" with: a number that is sent with an event is not kept. Send it as "value" and use "per": {"value": 1} or "steps"; or send it as a text and list those that count, such as ["9", "10"]',
  ],
  [
    rule({ when: "a", points: 5, decay: { halfLife: "7d" }, limits: [{ within: "7d", points: 2 }] }),
    `${RULE}.limits[0]`,
    '"within" with "points" is for rules without decay',
  ],
  [
    {
      groups: [
        {
          decay: { halfLife: "7d" },
          rules: [{ when: "a", points: 5, limits: [{ within: "7d", points: 2 }] }],
        },
      ],
    },
    `${RULE}.limits[0]`,
    '"within" with "points" is for rules without decay, and its group has one',
  ],
  [
    {
      groups: [
        {
          limits: [{ within: "7d", points: 2 }],
          rules: [{ when: "a", points: 5, decay: { halfLife: "7d" } }],
        },
      ],
    },
    "groups[0].limits[0]",
    '"within" with "points" is for rules without decay, and rules[0] has one',
  ],
  [
    { decay: { halfLife: "7d" }, pages: { "/a": { points: 5, limits: [{ within: "7d", points: 2 }] } } },
    'pages["/a"].limits[0]',
    '"within" with "points" is for rules without decay, and "decay" of the document is one',
  ],
  [
    rule({
      when: "a",
      points: 5,
      limits: [
        { each: "week", points: 2 },
        { each: "month", points: 9 },
      ],
    }),
    `${RULE}.limits[1]`,
    'there can be one limit of "points" for a period longer than a day',
  ],
  [
    { axes, groups: [{ axis: "fitt", rules: [] }] },
    "groups[0]",
    '"axis": unknown axis "fitt"; did you mean "fit"?',
  ],
  [
    { axes, total: { weights: { engage: 1 } } },
    "total.weights",
    'unknown axis "engage"; known are "fit", "act"',
  ],
  [
    {
      groups: [
        { id: "a", rules: [] },
        { id: "a", rules: [] },
      ],
    },
    "groups[1]",
    '"id" "a" is taken by groups[0]',
  ],
  [
    { pages: { "*": 1 }, groups: [{ id: "pages", rules: [] }] },
    "groups[0]",
    '"id" "pages" is taken by "pages" of the short form',
  ],
  [
    {
      groups: [
        { rules: [{ id: "a", when: "a", points: 1 }] },
        { rules: [{ id: "a", when: "b", points: 1 }] },
      ],
    },
    "groups[1].rules[0]",
    '"id" "a" is taken by groups[0].rules[0]',
  ],
  [{ grade: { ...ladder, start: "E" } }, "grade", '"start": unknown grade "E"; known are "F", "D", "C", "B"'],
  [{ grade: { ...ladder, axis: "fit" } }, "grade", '"axis": unknown axis "fit"; known is "interest"'],
  [{ grade: { cuts: { A: 5, B: 5 } } }, "grade.cuts", '"B" has the same line as "A": 5'],
  [
    { axes, grid: { axes: { fit: { A: 1, A1: null }, act: { "1": 5, "11": null } } } },
    "grid.axes",
    'two cells are called "A11": choose other names',
  ],
  [
    { axes, grid: { ...grid, names: { "C*": "no" } } },
    "grid.names",
    'unknown cell "C*"; known are "A1", "A2", "B1", "B2"',
  ],
  [
    { bands: { hot: { gte: 20, exit: 25 } } },
    "bands.hot",
    '"exit" wants to be at most 20, the line for entering, got 25',
  ],
  [{ bands: { cold: null, cool: null } }, "bands", '"cool" has the same line as "cold": null'],
  [
    { bands: [{ name: "a" }, { name: "b", when: { score: 1 } }] },
    "bands[0]",
    'without "when" it takes everybody, and those after it nobody: it wants to be the last',
  ],
  [
    { bands: [{ name: "a", when: { score: 5 } }, { name: "a" }] },
    "bands[1]",
    '"name" "a" is taken by bands[0]',
  ],
  [
    { bands: [{ name: "a", when: { grade: "B" } }] },
    "bands[0].when",
    '"grade" is asked for, but the model has no "grade"',
  ],
  [
    { grade: ladder, bands: [{ name: "a", when: { grade: "A" } }] },
    "bands[0].when",
    '"grade": unknown grade "A"; known are "F", "D", "C", "B"',
  ],
  [
    { grade: ladder, bands: [{ name: "a", when: { grade: { gte: "C", exit: "B" } } }] },
    "bands[0].when.grade",
    '"exit" wants to be no better than "C", the grade for entering, got "B"',
  ],
  [
    { bands: [{ name: "a", when: { cell: "A1" } }] },
    "bands[0].when",
    '"cell" is asked for, but the model has no "grid"',
  ],
  [
    { axes, grid, bands: [{ name: "a", when: { cell: ["A1", "A3"] } }] },
    "bands[0].when",
    '"cell": unknown cell "A3"; known are "A1", "A2", "B1", "B2"',
  ],
  [
    { axes, grid, bands: [{ name: "a", when: { cell: { in: ["A1"], exit: ["B1"] } } }] },
    "bands[0].when.cell",
    '"exit" wants "A1" too, a cell for entering',
  ],
  [
    { axes, bands: [{ name: "a", when: { axes: { fti: 5 } } }] },
    "bands[0].when.axes",
    'unknown axis "fti"; did you mean "fit"?',
  ],
  [
    { exclude: [{ label: "Staff", where: {} }] },
    "exclude[0]",
    'wants a test in "where" or an event in "when"',
  ],
  [
    { pages: { "pricing*": 10 } },
    "pages",
    '"pricing*" meets no page: a path begins with "/", and * stands for anything before it',
  ],
  [
    {
      bands: [
        { name: "warm", when: { score: 20 } },
        { name: "hot", when: { score: { gte: 50 } } },
      ],
    },
    "bands[1]",
    'nobody is left for it: "warm" before it takes all from 20 on. The best band wants to be the first',
  ],
];
