import { mergeFacts } from "../../shared/facts.ts";
import { nextChange } from "../../shared/scoring/next-change.ts";
import { scoreFacts, summarize } from "../../shared/scoring/score.ts";
import { createKeptScores } from "../../worker/domain/kept-scores.ts";
import { newContact } from "../../worker/domain/ledger.ts";
import {
  contactOf,
  DECAYS,
  FIRST_DAY,
  LIMITS,
  modelOf,
  modelOfKind,
  REPLAYING,
  RULES,
  SIGNALS,
  time,
} from "./scoring-cases.ts";

const plain = modelOf({});
const replaying = modelOf(REPLAYING);

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
const row = (cells: readonly string[]) => console.log(cells.map((cell) => cell.padStart(13)).join(""));
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
  const state = newContact("main", "anon:bench", at);
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

const KINDS_DAYS = [200, 400, 800];
console.log(`
Replayed, by kind of decay and of limit: the ratio to JSON.parse of the same facts, for ${KINDS_DAYS.join(", ")} days. It stays
the same where the cost grows with the facts and not faster.`);
row(["", ...Object.keys(LIMITS)]);
const contacts = KINDS_DAYS.map((days) => {
  const facts = contactOf(days);
  const text = JSON.stringify(facts);
  return { facts, at: FIRST_DAY + days, parse: time(() => JSON.parse(text), 50) };
});
for (const [decay, document] of Object.entries(DECAYS)) {
  const cells = Object.values(LIMITS).map((limits) => {
    const model = modelOfKind(document, limits);
    const ratios = contacts.map(({ facts, at, parse }) => time(() => summarize(model, facts, at), 5) / parse);
    return ratios.map((ratio) => ratio.toFixed(0)).join(" ");
  });
  row([decay, ...cells]);
}
