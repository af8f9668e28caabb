import { DAY_MS, type Day } from "../../shared/day.ts";
import { outlookOf } from "../../shared/outlook/outlook.ts";
import { writeOutlook } from "../../shared/outlook/write-outlook.ts";
import type { ModelDocument } from "../../shared/scoring/document.ts";
import { summarize } from "../../shared/scoring/score.ts";
import { compileDocument, type LiveModel } from "../../worker/domain/frozen-model.ts";
import { aheadOf } from "../../worker/domain/index/ahead.ts";
import { createBoard } from "../../worker/domain/index/board.ts";
import type { IndexOutlook } from "../../worker/domain/index/entry.ts";
import { factsOfActs } from "./facts-of-acts.ts";
import { DATES, FADING } from "./fading-model.ts";
import type { Act } from "./oracle/act.ts";
import { randomOf } from "./random.ts";

const LAST_EVENT: Day = 20_700;

const DOCUMENTS: Readonly<Record<string, ModelDocument>> = {
  fading: FADING,
  /** A floor, bands that are left lower than they are entered, cells, and somebody who is left unscored. */
  replayed: {
    axes: { engagement: { floor: 0 }, fit: { min: -20 } },
    groups: [
      {
        id: "visits",
        axis: "engagement",
        decay: { percent: 3 },
        rules: [
          { id: "pricing", when: { page: "/pricing" }, points: 8, cap: { times: 5 } },
          { id: "week", when: { page: "*" }, count: { gte: 3, within: "7d" }, points: 12 },
          { id: "left", when: { event: "Unsubscribed" }, points: -15 },
        ],
      },
      { id: "firm", axis: "fit", rules: [{ id: "size", trait: "plan", map: { pro: 15, free: -3 } }] },
    ],
    grid: { axes: { fit: { A: 10, B: null }, engagement: { "1": 20, "2": null } } },
    bands: [
      { name: "SQL", when: { score: { gte: 30, exit: 15 } } },
      { name: "known", when: { score: { gte: 1 } } },
    ],
    exclude: [{ label: "Own staff", where: { plan: "staff" } }],
  },
};

const PLANS = ["pro", "free", "staff", "other"] as const;

/** What a contact has done in the last weeks before the last day, some of it long ago. */
function actsOf(random: () => number): Act[] {
  const below = (n: number) => Math.floor(random() * n);
  return Array.from({ length: 1 + below(9) }, (): Act => {
    const ago = below(8) === 0 ? below(300) : below(22);
    const at = (LAST_EVENT - ago) * DAY_MS + below(DAY_MS);
    const base = { source: "bench", at, props: {} };
    const kind = below(9);
    if (kind < 3) return { ...base, name: "page", props: { path: "/pricing" }, visit: true };
    if (kind < 5) return { ...base, name: "page", props: { path: `/docs/${below(5)}` }, visit: true };
    if (kind === 5) return { ...base, name: "Form Submitted", props: { form: "demo" }, visit: true };
    if (kind === 6) return { ...base, name: "Unsubscribed" };
    return { ...base, name: "identify", traits: { plan: PLANS[below(PLANS.length)] ?? "other" } };
  }).toSorted((a, b) => a.at - b.at);
}

/** A contact's number in the index: the same length for all, in no order of theirs. */
function objectOf(n: number): string {
  return (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0").padEnd(64, "0123456789abcdef");
}

const models = Object.entries(DOCUMENTS).map(([id, document]): LiveModel => {
  const compiled = compileDocument(id, 1, JSON.stringify(document));
  if (!compiled) throw new Error(`${id} is no model`);
  return compiled;
});

/** What the index gets of a contact, and what is true of it. */
export interface YearOfContact {
  readonly object: string;
  /** Of one model: a contact in two would be two comparisons, and take twice as long to make. */
  readonly outlooks: Readonly<Record<string, IndexOutlook>>;
  /** By date: score and standing, each worked out by itself. */
  readonly seen: readonly string[];
}

/** The nth contact of a seed. */
export function yearOf(n: number, seed: number): YearOfContact {
  const model = models[n % models.length];
  if (!model) throw new Error("there is no model");
  const facts = factsOfActs(actsOf(randomOf(seed * 1_000_003 + n)));
  const bytes = writeOutlook(outlookOf(model, facts, LAST_EVENT));
  const seen = DATES.map((days) => {
    const { score, band, grade, cell, excluded } = summarize(model, facts, LAST_EVENT + days);
    return placeText(score, { band, grade, cell }, excluded !== undefined);
  });
  return { object: objectOf(n), outlooks: { [model.id]: { version: 1, bytes } }, seen };
}

interface YearOutcome {
  /** Places compared: contacts × dates. */
  readonly compared: number;
  /** How many differ, and the first of them. */
  readonly differing: number;
  readonly examples: readonly string[];
  /** How often a contact stood elsewhere than on the date before. */
  readonly moved: number;
}

/**
 * Ranks contacts on ten dates over a year in which nothing happens, as a shard of the index does: by their entries alone. Each place is
 * compared with what is true of the contact on that date, and the order with that of those scores.
 */
export function compareYear(contacts: readonly YearOfContact[]): YearOutcome {
  const board = createBoard(LAST_EVENT);
  const known = new Map(contacts.map((contact) => [contact.object, contact]));
  for (const { object, outlooks } of contacts) {
    const head = { object, epoch: 0, revision: 1, lastSeen: 0, identity: "anonymous" } as const;
    board.enter(head, aheadOf(outlooks, LAST_EVENT));
  }
  const examples: string[] = [];
  let [compared, differing] = [0, 0];
  const tell = (what: string) => {
    differing += 1;
    if (examples.length < 5) examples.push(what);
  };
  DATES.forEach((days, d) => {
    const day = LAST_EVENT + days;
    board.advance(day, (object) => aheadOf(known.get(object)?.outlooks ?? {}, day));
    const listed = new Set<string>();
    for (const { id: model } of models) {
      let above = Infinity;
      for (const { object, units, band, grade, cell, isExcluded } of board.find({ model })) {
        const score = units / 1e9;
        const ranked = placeText(score, { band, grade, cell }, isExcluded);
        const should = known.get(object)?.seen[d];
        compared += 1;
        listed.add(object);
        if (ranked !== should)
          tell(`${model}, ${days} days on, ${object}: ranked as ${ranked}, is ${should}`);
        if (score > above) tell(`${model}, ${days} days on, ${object}: has ${score}, below ${above}`);
        above = score;
      }
    }
    if (listed.size !== known.size) tell(`${days} days on: ${listed.size} of ${known.size} are listed`);
  });
  const moved = contacts.reduce((sum, { seen }) => sum + movesOf(seen), 0);
  return { compared, differing, examples, moved };
}

function movesOf(seen: readonly string[]): number {
  return seen.filter((text, i) => i > 0 && text !== seen[i - 1]).length;
}

interface Standing {
  readonly band: string | null;
  readonly grade?: string | undefined;
  readonly cell?: string | undefined;
}

function placeText(score: number, { band, grade, cell }: Standing, isExcluded: boolean): string {
  return [score, isExcluded ? "excluded" : (band ?? "none"), grade ?? "", cell ?? ""].join(" ");
}
