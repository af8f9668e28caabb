import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DAY_MS, dayOf } from "../../shared/day.ts";
import type { FactEvent, Ref } from "../../shared/event.ts";
import { agendaOf, LOOK_AGAIN_DAYS, retryAt, TRIM_EVERY_DAYS } from "../../worker/domain/agenda.ts";
import {
  firstKeptDay,
  type Keeping,
  keepingOf,
  MAX_KEPT_DAYS,
  MIN_KEPT_DAYS,
  PURGE_IDLE_DAYS,
} from "../../worker/domain/keeping.ts";
import { type ContactState, newContact, takeIn } from "../../worker/domain/ledger.ts";
import { dropBefore, hideBefore, oldestDay } from "../../worker/domain/retention.ts";

const TODAY = 20_780;
const NOW = TODAY * DAY_MS + 7 * 3_600_000;
const NONE: Keeping = { retentionDays: null, purgeIdleVisitorsAfterDays: null };

interface Act {
  readonly daysAgo: number;
  readonly kind: "page" | "identify" | "claim" | "byHand";
}

interface Whom {
  readonly ref?: Ref;
  readonly lastDaysAgo?: number;
}

function contactOf(acts: readonly Act[], { ref = "anon:ann", lastDaysAgo = 0 }: Whom = {}): ContactState {
  const state = newContact("main", ref, TODAY - lastDaysAgo);
  const receivedAt = NOW - lastDaysAgo * DAY_MS;
  const events = acts.map(({ daysAgo, kind }, i): FactEvent => {
    const base = { id: `id-${i}`, at: NOW - daysAgo * DAY_MS, activeMs: 0, value: null, count: 1 } as const;
    const origin = { referrer: "", campaign: "", source: "", medium: "" };
    if (kind === "page") return { ...base, signal: "page\npath=/\n", visit: { pages: 1, origin } };
    if (kind === "identify") return { ...base, signal: "identify\n", traits: { plan: `plan-${daysAgo}` } };
    if (kind === "claim") return { ...base, signal: "page\n", claim: "ann" };
    return { ...base, signal: "Score Adjusted\n", value: 5 };
  });
  const places = events.map((_, i) => i);
  const more = { refused: [], producers: [], confirm: [], wantsScore: false };
  takeIn(state, { site: "main", ref, source: ref, events, places, receivedAt, ...more });
  return state;
}

const anyActs = fc.array(
  fc.record({
    daysAgo: fc.integer({ min: 0, max: 800 }),
    kind: fc.constantFrom("page" as const, "identify" as const, "claim" as const, "byHand" as const),
  }),
  { minLength: 1, maxLength: 12 },
);
const anyDays = fc.option(fc.integer({ min: MIN_KEPT_DAYS, max: 900 }));
const anyKeeping = fc.record({ retentionDays: anyDays, purgeIdleVisitorsAfterDays: anyDays });

describe("the agenda of a contact", () => {
  test("comes to an end each time it is looked at, and says a later day within the longest time", () => {
    fc.assert(
      fc.property(anyActs, anyKeeping, fc.integer({ min: 0, max: 900 }), (acts, keeping, lastDaysAgo) => {
        const past = acts.map((act) => ({ ...act, daysAgo: act.daysAgo + lastDaysAgo }));
        const state = contactOf(past, { lastDaysAgo });
        let agenda = agendaOf(state, keeping, NOW);
        expect(agenda.due === undefined).toBe(agenda.at > NOW);
        if (agenda.due === "trim") {
          const before = firstKeptDay(keeping, TODAY);
          dropBefore(state.total.facts, before);
          expect(oldestDay(state.total.facts) ?? TODAY).toBeGreaterThanOrEqual(before);
          agenda = agendaOf(state, keeping, NOW);
          expect(agenda.due).not.toBe("trim");
        }
        if (agenda.due === "delete") return;
        expect(agenda.at - NOW).toBeGreaterThanOrEqual(DAY_MS);
        expect(agenda.at - NOW).toBeLessThanOrEqual(LOOK_AGAIN_DAYS * DAY_MS);
        // Nothing is due sooner than the day that it says.
        for (let at = NOW; dayOf(at) < dayOf(agenda.at); at += DAY_MS) {
          expect(agendaOf(state, keeping, at).due).toBeUndefined();
        }
      }),
    );
  });

  test("never puts off what is due because more has happened to rows that are hidden", () => {
    fc.assert(
      fc.property(anyActs, fc.integer({ min: MIN_KEPT_DAYS, max: 900 }), (acts, retentionDays) => {
        const keeping = { ...NONE, retentionDays };
        const shown = contactOf(acts);
        const hidden = contactOf(acts);
        hideBefore(hidden, firstKeptDay(keeping, TODAY));
        const [plain, same] = [agendaOf(shown, keeping, NOW), agendaOf(hidden, keeping, NOW)];
        // Of one of whom nothing is left the whole is due.
        if (same.due !== "delete") expect(same).toEqual(plain);
      }),
    );
  });

  test("trims a week's worth at a time", () => {
    const keeping = { ...NONE, retentionDays: 100 };
    const visits = [0, 100 + TRIM_EVERY_DAYS - 1].map((daysAgo) => ({ daysAgo, kind: "page" as const }));
    const state = contactOf(visits);
    expect(agendaOf(state, keeping, NOW)).toEqual({ due: undefined, at: NOW + DAY_MS });
    expect(agendaOf(state, keeping, NOW + DAY_MS)).toMatchObject({ due: "trim" });
  });

  test("purges a visitor of one visit, and nobody of whom more is known", () => {
    const keeping = keepingOf({});
    const idle = { lastDaysAgo: PURGE_IDLE_DAYS };
    const visit: Act = { daysAgo: PURGE_IDLE_DAYS, kind: "page" };
    expect(agendaOf(contactOf([visit], idle), keeping, NOW).due).toBe("delete");
    expect(
      agendaOf(contactOf([visit], { lastDaysAgo: PURGE_IDLE_DAYS - 1 }), keeping, NOW).due,
    ).toBeUndefined();
    expect(
      agendaOf(contactOf([visit], idle), keepingOf({ purgeIdleVisitorsAfterDays: null }), NOW).due,
    ).toBeUndefined();
    expect(agendaOf(contactOf([visit], { ...idle, ref: "user:ann" }), keeping, NOW).due).toBeUndefined();
    const others: Act[] = [
      { ...visit, daysAgo: PURGE_IDLE_DAYS + 1 },
      { ...visit, kind: "identify" },
      { ...visit, kind: "claim" },
      { ...visit, kind: "byHand" },
    ];
    for (const other of others) {
      expect([other, agendaOf(contactOf([visit, other], idle), keeping, NOW).due]).toEqual([
        other,
        undefined,
      ]);
    }
  });

  test("tries again later each time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY_MS }), (late) => {
        const wait = retryAt(NOW - late, NOW) - NOW;
        expect(wait).toBe(Math.min(Math.max(late, 60_000), 6 * 3_600_000));
      }),
    );
  });
});

describe("what is let go of", () => {
  test("is everything dated before a day, but for what a trait is now", () => {
    fc.assert(
      fc.property(anyActs, fc.integer({ min: 0, max: 800 }), (acts, age) => {
        const state = contactOf(acts);
        const { room, total } = state;
        dropBefore(total.facts, TODAY - age, room);
        const expected = contactOf(acts.filter(({ daysAgo }) => daysAgo <= age));
        const stated = acts.filter(({ kind }) => kind === "identify").map(({ daysAgo }) => daysAgo);
        const latest = Math.min(...stated);
        const facts = structuredClone(total.facts)["anon:ann"];
        const plan = facts?.traits["plan"];
        if (latest > age && latest < Infinity) {
          expect(plan).toEqual([[NOW - latest * DAY_MS, `plan-${latest}`]]);
          delete facts?.traits["plan"];
        }
        const { days = {}, visits = [], traits = {}, claims = {} } = facts ?? {};
        const other = expected.total.facts["anon:ann"];
        expect({ days, traits, claims: Object.keys(claims) }).toEqual({
          days: other?.days ?? {},
          traits: other?.traits ?? {},
          claims: Object.keys(other?.claims ?? {}),
        });
        expect(visits).toEqual(other?.visits ?? []);
        expect(room.buckets).toBe(expected.room.buckets);
      }),
    );
  });

  test("is never less than late events need to be recognised", () => {
    expect([MIN_KEPT_DAYS, MAX_KEPT_DAYS]).toEqual([31, 36_500]);
  });
});
