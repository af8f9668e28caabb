import type { GroupLimit, RuleDocument, Test, When, WhenEvent, Where } from "./document.ts";

/** A rule in plain words: for those that their owner gave no label. */
export function ruleInWords({ when, where = {}, trait, per, count, steps }: RuleDocument): string {
  const gate = whereInWords(where);
  if (trait !== undefined) return trait;
  if (when === undefined) return gate;
  const isTime = (typeof per === "object" && "active" in per) || steps?.of === "active";
  const what = whenInWords(when, isTime);
  const rest = gate === "" ? "" : `, if ${gate}`;
  if (count !== undefined) {
    const things = count.distinct === undefined ? "times" : `different ${count.distinct}`;
    const within = count.within === undefined ? "" : ` within ${count.within}`;
    return `${what}, ${count.repeat ? "each " : ""}${count.gte} ${things}${within}${rest}`;
  }
  if (steps === undefined || steps.of === "active") return what + rest;
  const measured = {
    count: "how often",
    value: "value in all",
    max: "largest value",
    recency: "how long ago",
  };
  return `${what}, ${measured[steps.of]}${rest}`;
}

function whenInWords(when: When, isTime: boolean): string {
  const events = typeof when === "string" ? [when] : Array.isArray(when) ? when : [when as WhenEvent];
  return events
    .map((event) =>
      typeof event === "string" ? eventInWords({ event }, isTime) : eventInWords(event, isTime),
    )
    .join(" or ");
}

function eventInWords({ event, ...tests }: WhenEvent, isTime: boolean): string {
  const { page, path, form, ...rest } = tests;
  if (event === undefined && page === undefined) return withTests(`Sent ${formInWords(form)}`, rest);
  if (event === undefined || event === "page") {
    const others = form === undefined ? rest : { form, ...rest };
    return withTests(`${isTime ? "Minutes on" : "Visited"} ${pageInWords(page ?? path)}`, others);
  }
  if (event === "Form Submitted")
    return withTests(`Sent ${formInWords(form)}`, path === undefined ? rest : { path, ...rest });
  return withTests(event === "*" ? "Any event" : testInWords(event), tests);
}

function pageInWords(test: Test | undefined): string {
  if (test === undefined) return "any page";
  return typeof test === "string" ? patternInWords(test, "page", "any") : `a page ${testInWords(test)}`;
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
  const fixed = pattern.replaceAll("*", "");
  if (fixed === "") return `${others} ${kind}`;
  return kind === "form" ? `form “${fixed}”` : fixed;
}

/** `"at most 20 a day, 50 a week"`. */
export function limitsInWords(limits: readonly GroupLimit[]): string {
  const parts = limits.map((limit) => {
    if ("within" in limit) return `${limit.points} in any ${limit.within}`;
    return `${limit.points} ${/^\d/.test(limit.each) ? `each ${limit.each}` : `a ${limit.each}`}`;
  });
  return `at most ${parts.join(", ")}`;
}
