import type { FullInactivity } from "../../../shared/scoring/full-model.ts";
import type { AsOf, Occurrence } from "./as-of.ts";
import { daysOf } from "./calendar.ts";
import { meetsWhen } from "./match.ts";
import { sum, toUnits } from "./units.ts";

const NOT_OWN = new Set([
  "identify",
  "group",
  "alias",
  "Visit Started",
  "Visit Summary",
  "Score Adjusted",
  "Score Reset",
  "Lead Qualified",
  "Deal Won",
  "Deal Lost",
]);
const IMPORT_OR_BOUNCE = /^(?:bounce[sd]?|imports?|imported)$/;
const MESSAGE = /^(?:emails?|mails?|messages?|sms|push)$/;
const DELIVERY = /^(?:sent|delivered|dropped|deferred|failed)$/;

/** What an axis loses by inactivity, in units. */
export function inactivityUnits(inactivity: FullInactivity, now: AsOf): number {
  const days = actDays(inactivity, now);
  const last = days.at(-1);
  if (last === undefined) return 0;
  const present = deduction(inactivity, now.day - last);
  if (inactivity.onReturn === "forgive") return present;
  const ended = days.slice(1).map((day, index) => deduction(inactivity, day - (days[index] ?? day)));
  return sum([...ended, present]);
}

/** The days with an act, in order, each once. */
function actDays(inactivity: FullInactivity, now: AsOf): number[] {
  const { signals } = inactivity;
  const happened = now.occurrences.filter(({ count, activeMs }) => count > 0 || activeMs > 0);
  const acts = happened.filter((one) => (signals === undefined ? isOwnAct(one) : meetsWhen(one, signals)));
  return [...new Set(acts.map(({ day }) => day))].toSorted((a, b) => a - b);
}

function isOwnAct({ name }: Occurrence): boolean {
  if (NOT_OWN.has(name)) return false;
  const words = wordsOf(name);
  if (words.some((word) => IMPORT_OR_BOUNCE.test(word))) return false;
  return !(words.some((word) => MESSAGE.test(word)) && words.some((word) => DELIVERY.test(word)));
}

/** `"E-mail Bounced"`, `"email_bounced"` and `"emailBounced"` speak of the same. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll("e-mail", "email")
    .split(/[^a-z]+/);
}

/** What a gap of so many days takes, in units: 0 or less. */
function deduction(inactivity: FullInactivity, gap: number): number {
  return toUnits(
    inactivity.steps === undefined ? takenByEvery(inactivity, gap) : takenBySteps(inactivity, gap),
  );
}

function takenBySteps({ mode, steps = {} }: FullInactivity, gap: number): number {
  const reached = Object.entries(steps)
    .map(([after, points]) => ({ after: daysOf(after), points }))
    .filter(({ after }) => gap >= after)
    .toSorted((a, b) => a.after - b.after)
    .map(({ points }) => points);
  return mode === "cumulative" ? sum(reached) : (reached.at(-1) ?? 0);
}

function takenByEvery({ mode, every = "1d", points = 0, most }: FullInactivity, gap: number): number {
  const times = Math.floor(gap / daysOf(every));
  const taken = points * (mode === "cumulative" ? times : Math.min(times, 1));
  return most === undefined ? taken : Math.max(taken, most);
}
