import type { WrongModel } from "./wrong-models.ts";

const rule = (part: object) => ({ groups: [{ rules: [part] }] });
const RULE = "groups[0].rules[0]";

/** Keys and names that are nearly right. The JSON Schema knows them too. */
export const WRONG_NAMES: readonly WrongModel[] = [
  [
    rule({ event: "signup", points: 5 }),
    RULE,
    'unknown key "event"; it belongs in "when", as in {"when": {"event": "signup"}, "points": 5}',
  ],
  [
    rule({ page: "/pricing", points: 5 }),
    RULE,
    'unknown key "page"; it belongs in "when", as in {"when": {"page": "/pricing*"}, "points": 5}',
  ],
  [
    { pages: { "*": { points: 1, limits: [{ per: "day", points: 5 }] } } },
    'pages["*"].limits[0]',
    'unknown key "per"; the period is told by "each" or "within"',
  ],
  [rule({ when: "a", points: 5, max: 20 }), RULE, 'unknown key "max"; the most of a rule is its "cap"'],
  [
    rule({ when: "a", points: 5, once: true }),
    RULE,
    'unknown key "once"; how often it pays is told by "per", as in "per": "once"',
  ],
  [
    { pages: { "/pricing": { points: 5, max: 20 } } },
    'pages["/pricing"]',
    'unknown key "max"; the most of a rule is its "cap"',
  ],
  [
    { groups: [{ name: "Web", rules: [] }] },
    "groups[0]",
    'unknown key "name"; what it is called is its "label"',
  ],
  [{ groups: [{ cap: 9, rules: [] }] }, "groups[0]", 'unknown key "cap"; the most of a group is its "max"'],
  [
    { bands: [{ name: "hot", gte: 50 }, { name: "cold" }] },
    "bands[0]",
    'unknown key "gte"; it belongs in "when", as in {"name": "hot", "when": {"score": {"gte": 50}}}',
  ],
  [
    { inactivity: { mode: "cumulative", onReturn: "keep", days: 30, points: -5 } },
    "inactivity",
    'unknown key "days"; how often is told by "every", as in "every": "30d"',
  ],
  [
    rule({ trait: "title", map: { "*VP*": 5 } }),
    `${RULE}.map`,
    'the key "*VP*" wants to be a whole value; for a pattern write a rule such as {"where": {"title": "*VP*"}, "points": 5}',
  ],
  [
    { groups: [{ id: "actions ", rules: [] }] },
    "groups[0]",
    '"id" wants a name without a space before or after it, got "actions "',
  ],
  [
    rule({ id: " a", when: "b", points: 1 }),
    RULE,
    '"id" wants a name without a space before or after it, got " a"',
  ],
  [{ bands: { "hot ": 5 } }, "bands", 'the key "hot " wants to be a name without a space before or after it'],
  [
    { pages: { "/pricing ": 5 } },
    "pages",
    'the key "/pricing " wants to be a pattern without a space before or after it',
  ],
  [
    { events: { " signup": 5 } },
    "events",
    'the key " signup" wants to be the name of an event without a space before or after it',
  ],
  [
    { traits: { "role ": { ceo: 5 } } },
    "traits",
    'the key "role " wants to be the name of a trait without a space before or after it',
  ],
  [
    { traits: { role: { "ceo ": 5 } } },
    "traits.role",
    'the key "ceo " wants to be a value without a space before or after it',
  ],
  [
    rule({ when: "signup ", points: 5 }),
    RULE,
    '"when" wants the name of an event without a space before or after it, got "signup "',
  ],
  [{ preset: " " }, "", '"preset" wants a name without a space before or after it, got " "'],
];
