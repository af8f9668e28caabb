import type { WrongModel } from "./wrong-models.ts";

const rule = (part: object) => ({ groups: [{ rules: [part] }] });
const RULE = "groups[0].rules[0]";
const ladder = { axis: "interest", start: "D", ladder: ["F", "D", "C", "B"] };

/** What can never hold, or does nothing. Only their meaning is wrong: the JSON Schema cannot know it. */
export const WRONG_TEXTS: readonly WrongModel[] = [
  [
    rule({ where: { employees: ">=200" }, points: 5 }),
    `${RULE}.where.employees`,
    '">=200" compares nothing here: write {"gte": 200}',
  ],
  [
    { exclude: [{ label: "Small", where: { employees: ["5", "< 3"] } }] },
    "exclude[0].where.employees",
    '"< 3" compares nothing here: write {"lt": 3}',
  ],
  [
    rule({ when: { event: "Visit Summary", pages: "=>5" }, points: 5 }),
    `${RULE}.when.pages`,
    '"=>5" compares nothing here: write {"gte": 5}',
  ],
  [
    rule({ when: { event: "Survey Answered", nps: ">=9" }, points: 5 }),
    `${RULE}.when.nps`,
    'there is nothing to compare ">=9" with: a number that is sent with an event is not kept. Send it as "value" and use "per": {"value": 1} or "steps"; or send it as a text and list those that count, such as ["9", "10"]',
  ],
  [
    rule({ trait: "employees", map: { ">=200": 5 } }),
    `${RULE}.map`,
    '">=200" compares nothing here: write a rule such as {"where": {"employees": {"gte": 200}}, "points": 5}',
  ],
  [
    rule({ where: { n: { gte: 5, lt: 3 } }, points: 5 }),
    `${RULE}.where.n`,
    "no number is at least 5 and below 3",
  ],
  [
    rule({ where: { n: { gt: 5, lte: 5 } }, points: 5 }),
    `${RULE}.where.n`,
    "no number is above 5 and at most 5",
  ],
  [{ bands: { a: { gte: 9, lt: 9 } } }, "bands.a", "no number is at least 9 and below 9"],
  [
    { pages: { "/p?utm=1": 5 } },
    "pages",
    '"/p?utm=1" meets no page: a path ends before "?". Leave out what follows',
  ],
  [
    rule({ when: { page: ["/a", "/p#top"] }, points: 5 }),
    `${RULE}.when.page`,
    '"/p#top" meets no page: a path ends before "#". Leave out what follows',
  ],
  [
    { groups: [{ limits: [{ points: 10, each: "week" }], rules: [{ when: "bounce", points: -8 }] }] },
    "groups[0]",
    '"limits" do nothing here: they cut what its rules give for events, and none of them gives points. Costs are bounded by "min", or by the "cap" of a rule',
  ],
  [
    { grade: { ...ladder, ladder: ["B", "C", "D", "F"] } },
    "grade",
    '"ladder" goes from the worst to the best: write ["F","D","C","B"]',
  ],
  [
    { grade: { ...ladder, ladder: ["A+", "A", "A-", "B+", "D"] } },
    "grade",
    '"ladder" goes from the worst to the best: write ["D","B+","A-","A","A+"]',
  ],
  [{}, "", 'says nothing: it wants points for something, such as {"pages": {"/pricing*": 10}}'],
];
