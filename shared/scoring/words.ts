import type {
  CountDocument,
  GroupLimit,
  Per,
  RuleDocument,
  StepsDocument,
  Test,
  When,
  WhenEvent,
  Where,
} from "./document.ts";

/** A rule in plain words: for those that their owner gave no label. */
export function ruleInWords({ when, where = {}, trait, per, count, steps }: RuleDocument): string {
  const gate = whereInWords(where);
  if (trait !== undefined) return trait;
  if (when === undefined) return gate;
  const rest = gate === "" ? "" : `, if ${gate}`;
  const what = whenInWords(when, onPageOf(per, steps));
  return `${what}${count ? countInWords(count) : steps ? stepsInWords(steps) : perInWords(per)}${rest}`;
}

/** What is told of a page: visits of it, or time on it. */
function onPageOf(per: Per | undefined, steps: StepsDocument | undefined): string {
  if (steps?.of === "active") return "Time on";
  if (typeof per !== "object" || !("active" in per)) return "Visited";
  return per.active === "1m" ? "Minutes on" : `Each ${timeInWords(per.active)} on`;
}

function timeInWords(time: string): string {
  const unit = { s: "second", m: "minute", h: "hour" }[time.slice(-1)] ?? "";
  const amount = parseInt(time, 10);
  return amount === 1 ? unit : `${amount} ${unit}s`;
}

function countInWords({ gte, within, distinct, repeat }: CountDocument): string {
  const inTime = within === undefined ? "" : ` within ${within}`;
  if (distinct !== undefined) return `, ${repeat ? "each " : ""}${gte} different ${distinct}${inTime}`;
  if (gte === 1) return repeat ? ", each time" : `, once${inTime}`;
  return `, ${repeat ? "each " : ""}${gte} times${inTime}`;
}

function stepsInWords({ of }: StepsDocument): string {
  const measured = {
    count: ", how often",
    value: ", value in all",
    max: ", largest value",
    active: "",
    recency: ", how long ago",
  };
  return measured[of];
}

function perInWords(per: Per | undefined): string {
  if (typeof per !== "object" || "active" in per) return "";
  return "value" in per ? `, for each ${per.value} of value` : `, for each ${per.distinct}`;
}

function whenInWords(when: When, onPage: string): string {
  const events = typeof when === "string" ? [when] : Array.isArray(when) ? when : [when as WhenEvent];
  return events
    .map((event) => eventInWords(typeof event === "string" ? { event } : event, onPage))
    .join(" or ");
}

function eventInWords({ event, ...tests }: WhenEvent, onPage: string): string {
  const { page, path, form, ...rest } = tests;
  if (event === undefined && page === undefined) return withTests(`Sent ${formInWords(form)}`, rest);
  if (event === undefined || event === "page") {
    const others = form === undefined ? rest : { form, ...rest };
    return withTests(`${onPage} ${pageInWords(page ?? path)}`, others);
  }
  if (event === "Form Submitted")
    return withTests(`Sent ${formInWords(form)}`, path === undefined ? rest : { path, ...rest });
  return withTests(event === "*" ? "Any event" : testInWords(event), tests);
}

function pageInWords(test: Test | undefined): string {
  if (test === undefined) return "any page";
  if (typeof test === "string") return patternInWords(test, "page", "any");
  if (isTexts(test)) return test.map((one) => patternInWords(one, "page", "any")).join(" or ");
  return `a page ${testInWords(test)}`;
}

function isTexts(test: Test): test is readonly string[] {
  return Array.isArray(test) && test.every((one) => typeof one === "string");
}

function formInWords(test: Test | undefined): string {
  if (test === undefined) return "any form";
  return typeof test === "string" ? patternInWords(test, "form", "any") : `a form ${testInWords(test)}`;
}

function whereInWords(where: Where): string {
  return Object.entries(where)
    .map(([trait, test]) => `${trait} ${testInWords(test)}`)
    .join(", ");
}

function withTests(head: string, tests: Readonly<Record<string, Test>>): string {
  const rest = whereInWords(tests);
  return rest === "" ? head : `${head} (${rest})`;
}

const SIGNS: Readonly<Record<string, string>> = {
  is: "",
  in: "",
  like: "",
  not: "not ",
  notIn: "not ",
  startsWith: "beginning with ",
  endsWith: "ending in ",
  contains: "containing ",
  gte: "≥ ",
  gt: "> ",
  lte: "≤ ",
  lt: "< ",
};

function testInWords(test: Test): string {
  if (typeof test !== "object") return String(test);
  if (Array.isArray(test)) return test.map(String).join(" or ");
  const parts = Object.entries(test).flatMap(([name, wanted]) => {
    if (name === "known") return [wanted === true ? "known" : "unknown"];
    const sign = SIGNS[name];
    return sign === undefined ? [] : [sign + [wanted].flat().map(String).join(" or ")];
  });
  return parts.join(" and ");
}

/** A pattern by what it fixes; for one that fixes nothing, `any` or `any other` page or form. */
export function patternInWords(
  pattern: string,
  kind: "page" | "form",
  others: "any" | "any other" = "any other",
): string {
  const fixed = pattern.split("*").filter((part) => part !== "");
  const [only = ""] = fixed;
  const say = (text: string) => (kind === "form" ? `“${text}”` : text);
  const isEverything = fixed.length === 0 || (kind === "page" && only === "/" && pattern.endsWith("*"));
  if (isEverything && fixed.length < 2) return `${others} ${kind}`;
  if (fixed.length > 1) return `a ${kind} like ${say(pattern)}`;
  const isEnd = pattern.startsWith("*") && !pattern.endsWith("*");
  if (isEnd) return `a ${kind} ending in ${say(only)}`;
  return kind === "form" ? `form ${say(only)}` : only;
}

/** `"at most 20 a day, 50 a week"`. */
export function limitsInWords(limits: readonly GroupLimit[]): string {
  const parts = limits.map((limit) => {
    if ("within" in limit) return `${limit.points} in any ${limit.within}`;
    return `${limit.points} ${/^\d/.test(limit.each) ? `each ${limit.each}` : `a ${limit.each}`}`;
  });
  return `at most ${parts.join(", ")}`;
}
