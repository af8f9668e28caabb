import { DAY_MS } from "../../shared/day.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import type { DecayDocument, GroupLimit, ModelDocument, RuleLimit } from "../../shared/scoring/document.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { signalKey } from "../../shared/signal.ts";
import { compileFull } from "../../worker/domain/frozen-model.ts";

export const FIRST_DAY = 20_000;
export const SIGNALS = 10;
export const RULES = 50;

/** A contact who does ten different things on each of so many days. */
export function contactOf(days: number): Facts {
  const facts: Facts = {};
  const room = newRoom();
  for (let day = 0; day < days; day += 1) {
    for (let n = 0; n < SIGNALS; n += 1) {
      const at = (FIRST_DAY + day) * DAY_MS + n * 60_000;
      const signal = signalKey("page", new Map([["path", `/page-${n}`]]), []);
      const base = { id: `${day}-${n}`, at, signal, count: 1, activeMs: 40_000, value: null } as const;
      addEvent(facts, "anon:bench", { ...base, visit: { pages: 1, origin: NOWHERE } }, room);
    }
  }
  return facts;
}

const NOWHERE = { referrer: "", campaign: "", source: "", medium: "" };

/** Fifty rules, each with a half-life, of every common kind, over all ten pages. */
export function modelOf(more: Partial<ModelDocument>) {
  const rules = Array.from({ length: RULES }, (_, n) => {
    const when = { page: n % 5 === 4 ? "/page-*" : `/page-${n % SIGNALS}` };
    const kinds = [
      { per: "event" },
      { per: "day" },
      { count: { gte: 3, within: "7d" } },
      { per: { active: "1m" } },
      { per: "week", cap: { points: 20 } },
    ] as const;
    return { id: `rule-${n}`, when, points: n % 7 === 6 ? -1 : 1, ...kinds[n % kinds.length] };
  });
  return compiled({
    groups: [{ id: "all", decay: { halfLife: "30d" }, rules }],
    bands: { hot: 500, warm: 100, cold: null },
    ...more,
  });
}

/** With a running floor and exits of bands, so that the days have to be gone through. */
export const REPLAYING: Partial<ModelDocument> = {
  floor: 0,
  bands: { hot: { gte: 500, exit: 400 }, warm: { gte: 100, exit: 80 }, cold: null },
};

export const DECAYS: Readonly<Record<string, DecayDocument>> = {
  none: "none",
  "half-life 30d": { halfLife: "30d" },
  "2 % a day": { percent: 2 },
  "10 % each 7d": { percent: 10, every: "7d" },
  "expire 30d": { expire: "30d" },
  "expire 365d": { expire: "365d" },
  "linear 1 % a day": { linear: { percent: 1, every: "1d" } },
  "linear 5 % each 10d": { linear: { percent: 5, every: "10d" } },
  "steps to 25 %": { steps: { "30d": 50, "90d": 25 } },
};

interface Limits {
  readonly rule?: { readonly limits?: readonly RuleLimit[]; readonly cap?: { readonly times: number } };
  readonly group?: { readonly limits: readonly GroupLimit[] };
}

/** What may hold payments in bounds; by rule or by group. */
export const LIMITS: Readonly<Record<string, Limits>> = {
  none: {},
  "points a day": { rule: { limits: [{ points: 2, each: "day" }] } },
  "points a week": { rule: { limits: [{ points: 5, each: "week" }] } },
  "times a week": { rule: { limits: [{ times: 3, each: "week" }] } },
  "newest 100": { rule: { cap: { times: 100 } } },
  "group a day": { group: { limits: [{ points: 20, each: "day" }] } },
  "group a week": { group: { limits: [{ points: 20, each: "week" }] } },
};

/** Fifty rules of one kind. */
export function modelOfKind(decay: DecayDocument, { rule, group }: Limits) {
  const rules = Array.from({ length: RULES }, (_, n) => ({
    id: `rule-${n}`,
    when: { page: n % 5 === 4 ? "/page-*" : `/page-${n % SIGNALS}` },
    points: n % 7 === 6 ? -1 : 1,
    ...rule,
  }));
  return compiled({ groups: [{ id: "all", decay, rules, ...group }], ...REPLAYING });
}

function compiled(document: ModelDocument) {
  const read = readModel(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return compileFull("bench", 1, JSON.stringify(read.full));
}

/** Microseconds a call, the median of many. */
export function time(work: () => unknown, calls: number): number {
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const start = process.hrtime.bigint();
    work();
    times.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  return times.toSorted((a, b) => a - b)[calls >> 1] ?? NaN;
}
