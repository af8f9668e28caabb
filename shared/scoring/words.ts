import type { Test, When, WhenEvent, Where } from "./document.ts";

/** What a rule looks at, in plain words: for those that their owner gave no label. */
export function whenInWords(when: When): string {
  const events = typeof when === "string" ? [when] : Array.isArray(when) ? when : [when as WhenEvent];
  return events.map((event) => (typeof event === "string" ? event : eventInWords(event))).join(" or ");
}

function eventInWords({ event, ...tests }: WhenEvent): string {
  if (event === undefined) {
    const { page, form, ...rest } = tests;
    const head =
      page === undefined ? `Sent form ${testInWords(form ?? "*")}` : `Visited ${testInWords(page)}`;
    return withTests(head, rest);
  }
  const { path, form, ...rest } = tests;
  if (event === "page" && path !== undefined) return withTests(`Visited ${testInWords(path)}`, rest);
  if (event === "Form Submitted" && form !== undefined) {
    return withTests(`Sent form ${testInWords(form)}`, rest);
  }
  return withTests(testInWords(event), tests);
}

export function whereInWords(where: Where): string {
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

/** A pattern of the short form: what it fixes, and "any other" for the one that fixes nothing. */
export function patternInWords(pattern: string, kind: "page" | "form"): string {
  const fixed = pattern.replaceAll("*", "");
  if (fixed === "") return `any other ${kind}`;
  return kind === "form" ? `form “${fixed}”` : fixed;
}
