import { refuseComparison } from "./check-comparison.ts";
import type { Report } from "./collect-issues.ts";
import { parseActiveTime, parseDuration } from "./duration.ts";
import { MAX_KEYS, MAX_LIST_ITEMS, MAX_RULES } from "./model-limits.ts";
import type { CheckOptions } from "./shape.ts";
import { entriesOf, isObject, type JsonObject, show, showText, within } from "./show.ts";

/** What no shape can say of a rule, in full or short form. */
export function checkRule(rule: JsonObject, path: string, report: Report, options: CheckOptions): void {
  const { per, ages, count, decay, when, trait, where } = rule;
  if (ages === "last" && !paysOncePerPeriod(per, count)) {
    const fits =
      '"once", "week", "month" or {"distinct": …}, or with a "count" without "within" and "repeat"';
    report(path, () => `"ages": "last" goes with "per" ${fits}`);
  }
  for (const [value] of entriesOf(rule["map"], MAX_KEYS)) {
    const instead = (meant: string) =>
      `write a rule such as {"where": {${show(trait)}: ${meant}}, "points": 5}`;
    refuseComparison(value, within(path, "map"), report, instead);
  }
  checkPeriods(rule["limits"], path, report);
  if (fades(decay)) refuseWithin(rule["limits"], path, report);
  const isAlone = when === undefined && trait === undefined && !options.partial;
  if (isAlone && isObject(where) && Object.keys(where).length === 0) {
    report(path, () => `"where" wants a test of at least one trait`);
  }
}

function paysOncePerPeriod(per: unknown, count: unknown): boolean {
  if (isObject(count)) return !("within" in count) && count["repeat"] !== true;
  return per === "once" || per === "week" || per === "month" || (isObject(per) && "distinct" in per);
}

/** What no shape can say of a group; its rules have been checked by themselves. */
export function checkGroup(group: JsonObject, path: string, report: Report, options: CheckOptions): void {
  const { rules, decay, limits } = group;
  checkPeriods(limits, path, report);
  const all = listed(rules, MAX_RULES).map(([, rule]) => rule);
  const hasLimits = listed(limits, 1).length > 0;
  if (hasLimits && all.length > 0 && !options.partial && !all.some(mayGive)) {
    const why = "they cut what its rules give for events, and none of them gives points";
    report(
      path,
      () => `"limits" do nothing here: ${why}. Costs are bounded by "min", or by the "cap" of a rule`,
    );
  }
  let fading: number | undefined;
  for (const [i, rule] of listed(rules, MAX_RULES)) {
    if (!isObject(rule) || !("when" in rule) || "steps" in rule) continue;
    if ((rule["decay"] ?? undefined) === undefined && fades(decay)) {
      refuseWithin(rule["limits"], within(within(path, "rules"), i), report, ", and its group has one");
    }
    if (fades(rule["decay"] ?? decay)) fading ??= i;
  }
  if (fading !== undefined) refuseWithin(limits, path, report, `, and rules[${fading}] has one`);
}

/** Whether a rule pays for events, and not only takes. */
function mayGive(rule: unknown): boolean {
  if (!isObject(rule)) return true;
  const { points, per } = rule;
  if (!("when" in rule) || "steps" in rule) return false;
  // What is paid back turns points that are taken into such that are given.
  return typeof points !== "number" || points > 0 || (isObject(per) && "value" in per);
}

/** Limits of points hold for any days in a row only where points stay what they are. */
export function refuseWithin(limits: unknown, path: string, report: Report, why = ""): void {
  for (const [i, limit] of listed(limits, MAX_LIST_ITEMS)) {
    if (!isObject(limit) || !("within" in limit) || !("points" in limit)) continue;
    report(
      within(within(path, "limits"), i),
      () => `"within" with "points" is for rules without decay${why}`,
    );
  }
}

/** One limit of points for a day, and one for a longer period. */
function checkPeriods(limits: unknown, path: string, report: Report): void {
  let days = 0;
  let longer = 0;
  for (const [i, limit] of listed(limits, MAX_LIST_ITEMS)) {
    if (!isObject(limit) || !("points" in limit)) continue;
    const isDay = limit["each"] === "day" || limit["each"] === "1d" || limit["within"] === "1d";
    if ((isDay ? ++days : ++longer) < 2) continue;
    const period = isDay ? "a day" : "a period longer than a day";
    report(within(within(path, "limits"), i), () => `there can be one limit of "points" for ${period}`);
  }
}

export function fades(decay: unknown): boolean {
  return decay !== undefined && decay !== null && decay !== "none";
}

/** What the keys of `steps` are, and how each is read. */
const QUANTITIES: Readonly<
  Record<string, readonly [wants: string, read: (text: string) => number | undefined]>
> = {
  count: ["a whole number from 0 on", wholeNumber],
  value: ["a number", Number],
  max: ["a number", Number],
  active: ['active time like "10m"', (text) => parseActiveTime(text) || undefined],
  recency: ['an age like "31d"', parseDuration],
};

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The keys of the steps are of the quantity that `of` names. */
export function checkSteps(steps: JsonObject, path: string, report: Report): void {
  const { of, points } = steps;
  const quantity = typeof of === "string" && Object.hasOwn(QUANTITIES, of) ? QUANTITIES[of] : undefined;
  if (quantity === undefined || typeof of !== "string") return;
  if (of !== "recency" && "never" in steps)
    report(path, () => `"never" is for "of": "recency", got "of": "${of}"`);
  if (of === "recency" && "within" in steps) report(path, () => `"within" is not for "of": "recency"`);
  if (of !== "count" && "distinct" in steps)
    report(path, () => `"distinct" is for "of": "count", got "of": "${of}"`);
  if (!isObject(points)) return;
  const [wants, read] = quantity;
  const at = within(path, "points");
  const wanted = (text: string) => {
    const amount = read(text);
    return amount === undefined || Number.isNaN(amount) ? undefined : amount;
  };
  for (const [key] of entriesOf(points, MAX_LIST_ITEMS)) {
    if (wanted(key) === undefined && key !== "never")
      report(at, () => `the key ${showText(key)} wants to be ${wants}: "of" is "${of}"`);
  }
  keysDiffer(points, at, report, wanted);
}

/** Steps of decay, by age. */
export function checkDecaySteps(steps: JsonObject, path: string, report: Report): void {
  keysDiffer(steps, path, report, parseDuration);
  const byAge = entriesOf(steps, MAX_LIST_ITEMS)
    .flatMap(([text, percent]) => {
      const age = parseDuration(text);
      return age === undefined || typeof percent !== "number" ? [] : [{ text, age, percent }];
    })
    .sort((a, b) => a.age - b.age);
  byAge.forEach(({ text, percent }, i) => {
    const before = byAge[i - 1];
    if (before === undefined || percent <= before.percent) return;
    const most = `${before.percent}, as at "${before.text}": what is left never rises`;
    report(path, () => `"${text}" wants at most ${most}; got ${show(percent)}`);
  });
}

/** Two keys that mean the same, such as `"7d"` and `"1w"`. */
export function keysDiffer(
  of: JsonObject,
  path: string,
  report: Report,
  read: (text: string) => number | undefined = parseDuration,
): void {
  const seen = new Map<number, string>();
  for (const [key] of entriesOf(of, MAX_LIST_ITEMS)) {
    const amount = read(key);
    if (amount === undefined) continue;
    const other = seen.get(amount);
    if (other === undefined) seen.set(amount, key);
    else report(path, () => `${showText(key)} is the same as ${showText(other)}`);
  }
}

/** The first entries of what may be a list, with their places. */
export function listed(value: unknown, most: number): [place: number, entry: unknown][] {
  return Array.isArray(value) ? Array.from(value.slice(0, most), (entry: unknown, i) => [i, entry]) : [];
}
