import type { GroupDocument, ModelDocument, RuleDocument, ShortRule, ShortRules, Test } from "./document.ts";
import { specificity } from "./pattern.ts";
import { patternInWords } from "./words.ts";

type Part = "pages" | "minutes" | "forms" | "events";

/** What a line of each part looks at, and what it is called. */
const PARTS: Readonly<Record<Part, (pattern: string) => Omit<RuleDocument, "points">>> = {
  pages: (pattern) => ({
    label: `Visited ${patternInWords(pattern, "page")}`,
    when: { event: "page", path: pattern },
    per: "event",
  }),
  minutes: (pattern) => ({
    label: `Minutes on ${patternInWords(pattern, "page")}`,
    when: { event: "page", path: pattern },
    per: { active: "1m" },
  }),
  forms: (pattern) => ({
    label: `Sent ${patternInWords(pattern, "form")}`,
    when: { event: "Form Submitted", form: pattern },
    per: "once",
  }),
  events: (name) => ({ label: name, when: { event: name }, per: "event" }),
};

/** The groups that the short parts of a document stand for. */
export function shortGroups(document: ModelDocument): GroupDocument[] {
  const { decay } = document;
  const groups = (Object.keys(PARTS) as Part[]).flatMap((part): GroupDocument[] => {
    const rules = partRules(part, document[part] ?? {}, document.caps?.[part]);
    if (rules.length === 0) return [];
    const match = part === "events" ? "all" : "first";
    return [{ id: part, match, ...(decay === undefined ? {} : { decay }), rules }];
  });
  const traits = Object.entries(document.traits ?? {}).flatMap(([trait, values]) =>
    traitRules(trait, values),
  );
  return traits.length === 0 ? groups : [...groups, { id: "traits", rules: traits }];
}

function partRules(part: Part, lines: ShortRules, cap: number | undefined): RuleDocument[] {
  const ordered = Object.entries(lines).sort((a, b) => specificity(b[0]) - specificity(a[0]));
  return ordered.map(([pattern, line]) => {
    const own: ShortRule = typeof line === "number" ? { points: line } : line;
    const { per, ...rest } = PARTS[part](pattern);
    return {
      id: `${part}:${pattern}`,
      ...rest,
      ...(own.count === undefined && per !== undefined ? { per } : {}),
      ...(cap === undefined ? {} : { cap: { points: cap } }),
      ...own,
    };
  });
}

function traitRules(trait: string, values: Readonly<Record<string, number>>): RuleDocument[] {
  return Object.entries(values).map(([value, points]) => ({
    id: `traits:${trait}:${value}`,
    label: `${trait} ${value}`,
    where: { [trait]: valueTest(value) },
    points,
  }));
}

const COMPARISONS = { ">=": "gte", ">": "gt", "<=": "lte", "<": "lt" } as const;

/** `">=200"` compares; every other text is a pattern. */
function valueTest(text: string): Test {
  const [, sign, number] = /^\s*(>=|<=|>|<)\s*([+-]?\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (sign === undefined) return text;
  return { [COMPARISONS[sign as keyof typeof COMPARISONS]]: Number(number) };
}
