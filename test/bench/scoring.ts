import { DAY_MS } from "../../shared/day.ts";
import { addEvent, type Facts, mergeFacts, newRoom } from "../../shared/facts.ts";
import type { ModelDocument } from "../../shared/scoring/document.ts";
import { nextChange } from "../../shared/scoring/next-change.ts";
import { readModel } from "../../shared/scoring/read-model.ts";
import { scoreFacts, summarize } from "../../shared/scoring/score.ts";
import { signalKey } from "../../shared/signal.ts";
import { compileFull } from "../../worker/domain/frozen-model.ts";
import { createKeptScores } from "../../worker/domain/kept-scores.ts";
import { newContact } from "../../worker/domain/ledger.ts";

const FIRST_DAY = 20_000;
const SIGNALS = 10;
const RULES = 50;

/** A contact who does ten different things on each of so many days. */
function contactOf(days: number): Facts {
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
function modelOf(more: Partial<ModelDocument>) {
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
  const read = readModel({
    groups: [{ id: "all", decay: { halfLife: "30d" }, rules }],
    bands: { hot: 500, warm: 100, cold: null },
    ...more,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return compileFull("bench", 1, JSON.stringify(read.full));
}

/** Microseconds a call, the median of many. */
function time(work: () => unknown, calls: number): number {
  const times: number[] = [];
  for (let i = 0; i < calls; i += 1) {
    const start = process.hrtime.bigint();
    work();
    times.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  return times.toSorted((a, b) => a - b)[calls >> 1] ?? NaN;
}

const plain = modelOf({});
const replaying = modelOf({
  floor: 0,
  bands: { hot: { gte: 500, exit: 400 }, warm: { gte: 100, exit: 80 }, cold: null },
});

console.log(`Scoring a contact with ${SIGNALS} signals a day by ${RULES} rules with a half-life: medians in microseconds,
and the ratio to reading the same facts by JSON.parse. Replayed: with a running floor and exits of bands.
Unchanged: asked again when nothing has happened.`);
const columns = [
  "days",
  "JSON.parse",
  "score",
  "ratio",
  "reasons",
  "next change",
  "replayed",
  "ratio",
  "unchanged",
];
const row = (cells: readonly string[]) => console.log(cells.map((cell) => cell.padStart(12)).join(""));
row(columns);
time(() => summarize(plain, contactOf(50), FIRST_DAY + 50), 300);
time(() => summarize(replaying, contactOf(50), FIRST_DAY + 50), 300);
for (const days of [50, 100, 200, 400, 800]) {
  const facts = contactOf(days);
  const text = JSON.stringify(facts);
  const at = FIRST_DAY + days;
  const calls = 100;
  const parse = time(() => JSON.parse(text), calls);
  const score = time(() => summarize(plain, facts, at), calls);
  const explained = time(() => scoreFacts(plain, facts, at), calls);
  const change = time(() => nextChange(plain, facts, at), calls);
  const replayed = time(() => summarize(replaying, facts, at), 30);
  const state = newContact("anon:bench", at);
  mergeFacts(state.total.facts, facts, state.room);
  const kept = createKeptScores();
  const unchanged = time(() => kept.read(state, plain, at, false), 10_000);
  row([
    ...[days, parse, score].map((us) => us.toFixed(0)),
    (score / parse).toFixed(2),
    ...[explained, change, replayed].map((us) => us.toFixed(0)),
    (replayed / parse).toFixed(2),
    unchanged.toFixed(1),
  ]);
}
