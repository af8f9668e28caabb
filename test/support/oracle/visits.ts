import type { Act } from "./act.ts";
import { dayOf } from "./calendar.ts";
import { sum } from "./units.ts";

const IDLE_MS = 30 * 60_000;
const MINUTE_MS = 60_000;
const ORIGIN = ["referrer", "campaign", "source", "medium"];

/** An event that follows from a visit. */
interface VisitEvent {
  readonly name: "Visit Started" | "Visit Summary";
  readonly day: number;
  readonly props: Readonly<Record<string, string>>;
}

/** `Visit Started` and `Visit Summary` of every visit that the acts show. */
export function visitEvents(acts: readonly Act[]): VisitEvent[] {
  const sources = new Set(acts.map((act) => act.source));
  return [...sources].flatMap((source) =>
    visitsOf(acts.filter((act) => act.source === source && act.visit === true)).flatMap(eventsOf),
  );
}

/** Acts less than 30 idle minutes apart are one visit: day by day, and then over midnight. */
function visitsOf(acts: readonly Act[]): Act[][] {
  const visits: Act[][] = [];
  for (const day of [...new Set(acts.map(({ at }) => dayOf(at)))].toSorted((a, b) => a - b)) {
    const [first = [], ...later] = visitsOfDay(acts.filter(({ at }) => dayOf(at) === day));
    const before = visits.at(-1);
    const start = Math.min(...first.map(startOf));
    if (before !== undefined && start < Math.max(...before.map(({ at }) => at)) + IDLE_MS)
      before.push(...first);
    else visits.push(first);
    visits.push(...later);
  }
  return visits;
}

function visitsOfDay(acts: readonly Act[]): Act[][] {
  const visits: Act[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const act of acts.toSorted((a, b) => startOf(a) - startOf(b) || a.at - b.at)) {
    if (startOf(act) < end + IDLE_MS) visits.at(-1)?.push(act);
    else visits.push([act]);
    end = Math.max(end, act.at);
  }
  return visits;
}

/** An act with active time began that much before it was told. */
function startOf(act: Act): number {
  return Math.max(0, act.at - (act.activeMs ?? 0));
}

function eventsOf(visit: readonly Act[]): VisitEvent[] {
  const pages = visit.filter((act) => act.name === "page" && act.count !== 0);
  const started = dayOf(Math.min(...visit.map(({ at }) => at)));
  const origin = originOf(pages.filter(({ at }) => dayOf(at) === started));
  const activeMs = sum(visit.map((act) => act.activeMs ?? 0));
  const last = dayOf(Math.max(...visit.map((act) => act.at)));
  const minutes = Math.floor(activeMs / MINUTE_MS);
  const summary = { ...origin, pages: String(pages.length), minutes: String(minutes) };
  return [
    { name: "Visit Started", day: started, props: origin },
    { name: "Visit Summary", day: last, props: summary },
  ];
}

/** Where the first page on the first day of a visit says that it came from. */
function originOf(pages: readonly Act[]): Record<string, string> {
  const textOf = ({ props }: Act) => ORIGIN.map((name) => props[name] ?? "").join("\n");
  const first = pages.toSorted((a, b) => a.at - b.at || (textOf(a) < textOf(b) ? -1 : 1))[0];
  const known = ORIGIN.map((name): [string, string] => [name, first?.props[name] ?? ""]);
  return Object.fromEntries(known.filter(([, value]) => value !== ""));
}
