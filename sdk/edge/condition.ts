import type { ModelStanding } from "../../shared/lead.ts";
import type { Lead } from "./lead.ts";

/**
 * What stands in an attribute: one test, or several with a comma between them, of which one has to hold.
 * `band:hot|warm`, `grade:A`, `cell:A1|A2`, `score>=50`; with a model before it, `product.band:hot`.
 */
export type Condition = (lead: Lead) => boolean;

const NAMED = /^(?:([\w-]+)\.)?(band|grade|cell):(.+)$/s;
const SCORE = /^(?:([\w-]+)\.)?score(>=|<=|>|<)(-?\d+(?:\.\d+)?)$/;

/** Of text that is no condition nothing holds for anybody. */
export function readCondition(text: string): Condition {
  const tests = text.split(",").map((part) => readTest(part.trim()));
  const whole = tests.filter((test) => test !== undefined);
  if (whole.length !== tests.length) return () => false;
  return (lead) => whole.some((test) => test(lead));
}

function readTest(text: string): Condition | undefined {
  const [, ofModel, field, values = ""] = NAMED.exec(text) ?? [];
  if (field === "band" || field === "grade" || field === "cell") {
    const names = new Set(values.split("|").map((name) => name.trim()));
    return (lead) => {
      const name = standingOf(lead, ofModel)?.[field];
      return typeof name === "string" && names.has(name);
    };
  }
  const [, model, sign, number] = SCORE.exec(text.replaceAll(/\s/g, "")) ?? [];
  if (sign === undefined) return undefined;
  const line = Number(number);
  return (lead) => {
    const score = standingOf(lead, model)?.score;
    return score !== undefined && compare(score, sign, line);
  };
}

function compare(score: number, sign: string, line: number): boolean {
  if (sign === ">=") return score >= line;
  if (sign === "<=") return score <= line;
  return sign === ">" ? score > line : score < line;
}

function standingOf(lead: Lead, model: string | undefined): ModelStanding | undefined {
  return model === undefined ? lead : lead.models[model];
}

/** `band:hot=Welcome back; band:warm=Good to see you`: up to the first `=` that no `<` or `>` stands before. */
const CLAUSE = /^((?:[<>]=?|[^=<>])+)=(.*)$/s;
/** One semicolon ends a clause; two are one in the text. */
const BETWEEN = /(?<!;);(?!;)/;

/** The text of the first clause that holds; `undefined` where none does. */
export function chooseText(text: string, lead: Lead): string | undefined {
  for (const clause of text.split(BETWEEN)) {
    const [, condition, chosen = ""] = CLAUSE.exec(clause.trim()) ?? [];
    if (condition !== undefined && readCondition(condition)(lead)) return chosen.trim().replaceAll(";;", ";");
  }
  return undefined;
}
