import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { formatSdkEventId } from "../../shared/event-id.ts";
import type { FactEvent, Ref } from "../../shared/event.ts";
import { newRoom } from "../../shared/facts.ts";
import { MAX_MERGE_DEPTH, MAX_MERGED_PER_CONTACT } from "../../worker/domain/identity-limits.ts";
import {
  type ContactState,
  emptyLedger,
  type Ledger,
  mergeLedgers,
  newContact,
  splitLedger,
  takeIn,
} from "../../worker/domain/ledger.ts";
import {
  absorb,
  absorbedWith,
  cameWith,
  type Links,
  released,
  stanceOn,
  unlinked,
} from "../../worker/domain/links.ts";

const TODAY = 20_000;
const SOURCES: readonly Ref[] = ["anon:phone", "anon:laptop", "user:ann"];

interface Sent {
  readonly source: Ref;
  readonly event: FactEvent;
}

/** Events of our script and of other clients; the same id of the same source is the same event. */
const anySent: fc.Arbitrary<Sent> = fc
  .record({
    source: fc.constantFrom(...SOURCES),
    number: fc.integer({ min: 0, max: 12 }),
    isOurs: fc.boolean(),
  })
  .map(({ source, number, isOurs }) => {
    const origin = { referrer: number % 3 ? "" : "a.example", campaign: "", source: "", medium: "" };
    const event: FactEvent = {
      id: isOurs ? formatSdkEventId(`${source}-producer`.slice(-12), number) : `m-${number}`,
      at: (TODAY - 5) * DAY_MS + ((number * 977) % 5_760) * 60_000,
      signal: `page\npath=/${isOurs ? "ours" : number % 2}\n`,
      count: 1,
      activeMs: 5,
      value: number % 4 ? null : number,
      visit: { pages: 1, origin },
      traits: { [`t-${number % 5}`]: number },
      ...(number % 2 ? {} : { claim: `user-${number}` }),
    };
    return { source, event };
  });

function take(state: ContactState, { source, event }: Sent): number {
  return takeIn(state, {
    site: "main",
    ref: state.ref,
    source,
    events: [event],
    places: [0],
    refused: [],
    producers: [],
    confirm: [],
    wantsScore: false,
    receivedAt: TODAY * DAY_MS,
  }).accepted;
}

/** A contact whose rows are what it was given, in the order in which they came. */
function contactOf(ref: Ref, ...rows: readonly Ledger[]): ContactState {
  const state = newContact("main", ref, TODAY);
  for (const row of rows) mergeLedgers(state.total, row, state.room, TODAY);
  return state;
}

function merged(...ledgers: readonly Ledger[]): Ledger {
  const all = emptyLedger();
  for (const ledger of ledgers) mergeLedgers(all, ledger, newRoom(), TODAY);
  return all;
}

/** What does not depend on the order of arrival: of foreign ids which there are, not how they are ordered. */
function comparable({ facts, seen }: Ledger) {
  const sources = Object.entries(seen)
    .map(([source, { producers, ids }]) => [source, producers, [...ids].toSorted()] as const)
    .filter(([, producers, ids]) => Object.keys(producers).length > 0 || ids.length > 0)
    .toSorted(([a], [b]) => a.localeCompare(b));
  return { facts, seen: sources };
}

describe("merging contacts", () => {
  test("at any moment among their events and retries comes to the same as one contact from the beginning", () => {
    fc.assert(
      fc.property(
        fc.array(anySent, { maxLength: 40 }),
        fc.nat(40),
        fc.nat(40),
        fc.array(fc.nat(39), { maxLength: 20 }),
        (sent, phoneAt, laptopAt, retries) => {
          const one = contactOf("user:ann");
          let accepted = 0;
          for (const each of sent) accepted += take(one, each);

          const ann = contactOf("user:ann");
          const apart = new Map(SOURCES.slice(0, 2).map((ref) => [ref, contactOf(ref)]));
          let counted = 0;
          sent.forEach((each, i) => {
            for (const [ref, at] of [
              [SOURCES[0], phoneAt],
              [SOURCES[1], laptopAt],
            ] as const) {
              const own = ref && apart.get(ref);
              if (!own || i < at) continue;
              mergeLedgers(ann.total, structuredClone(own.total), ann.room, TODAY);
              apart.delete(ref);
            }
            counted += take(apart.get(each.source) ?? ann, each);
            const again = sent[retries[i] ?? i];
            // One that has come before is known, on whichever side of the merge.
            if (again && sent.indexOf(again) <= i) {
              expect(take(apart.get(again.source) ?? ann, again)).toBe(0);
            }
          });
          const whole = merged(ann.total, ...[...apart.values()].map(({ total }) => total));
          expect(counted).toBe(accepted);
          expect(comparable(whole)).toEqual(comparable(one.total));
        },
      ),
    );
  });

  test("and splitting them again gives each what it would have had alone", () => {
    fc.assert(
      fc.property(fc.array(anySent, { maxLength: 40 }), fc.nat(40), (sent, mergedAt) => {
        const alone = new Map(SOURCES.map((ref) => [ref, contactOf(ref)]));
        for (const each of sent) take(alone.get(each.source) as ContactState, each);

        const phone = contactOf("anon:phone");
        const ann = contactOf("user:ann");
        for (const each of sent.slice(0, mergedAt)) take(each.source === "anon:phone" ? phone : ann, each);
        const both = contactOf("user:ann", ann.total, structuredClone(phone.total));
        for (const each of sent.slice(mergedAt)) take(both, each);
        const [given, kept] = splitLedger(both.total, new Set<Ref>(["anon:phone"]));
        expect(comparable(given)).toEqual(comparable((alone.get("anon:phone") as ContactState).total));
        const rest = [alone.get("anon:laptop"), alone.get("user:ann")].map(
          (each) => (each as ContactState).total,
        );
        expect(comparable(kept)).toEqual(comparable(merged(...rest)));
        expect(comparable(merged(given, kept))).toEqual(comparable(both.total));
      }),
    );
  });
});

describe("links", () => {
  const handover = (from: Ref, under: Ref, absorbed: Links["absorbed"] = {}) =>
    ({ site: "main", from, to: under, id: `${from}>${under}`, under, at: 0, absorbed }) as const;
  const merge = (links: Links, ...given: Parameters<typeof handover>) => {
    const next = absorb(links, handover(...given));
    if (typeof next === "string") throw new Error(next);
    return next;
  };

  test("tell who came with whom, and give back what an undone merge has brought", () => {
    const old = merge(merge(unlinked("main", "user:old"), "anon:a", "user:old"), "anon:b", "user:old");
    const kept = merge(
      merge(unlinked("main", "user:kept"), "anon:c", "user:kept"),
      "user:old",
      "user:kept",
      old.absorbed,
    );
    expect([...cameWith(kept, "user:old")].toSorted()).toEqual(["anon:a", "anon:b", "user:old"]);
    expect(absorbedWith(kept, "user:old")).toEqual(old.absorbed);
    expect([...cameWith(kept, "anon:a")]).toEqual(["anon:a"]);
    const returning = { ...kept, returning: { source: "user:old", id: "user:old>user:kept" } } as const;
    expect(
      ["anon:a", "user:old", "anon:c", "user:kept", "anon:z"].map((ref) =>
        stanceOn(returning, "user:kept", ref as Ref),
      ),
    ).toEqual(["returning", "returning", "own", "own", "unknown"]);
    const after = released(returning);
    expect(Object.keys(after.absorbed)).toEqual(["anon:c"]);
    expect(after.undone).toEqual([["user:old", "user:old>user:kept"]]);
    expect(after.returning).toBeUndefined();
  });

  test("end at so many, and so deep", () => {
    let links = unlinked("main", "user:u");
    for (let i = 0; i < MAX_MERGED_PER_CONTACT; i += 1) links = merge(links, `anon:${i}`, "user:u");
    expect(absorb(links, handover("anon:more", "user:u"))).toBe("too_many_merged");
    // The same merge again is no further one.
    expect(typeof absorb(links, handover("anon:0", "user:u"))).toBe("object");
    let chain = unlinked("main", "user:0");
    for (let i = 1; i <= MAX_MERGE_DEPTH; i += 1) {
      chain = merge(unlinked("main", `user:${i}`), `user:${i - 1}`, `user:${i}`, chain.absorbed);
    }
    expect(
      absorb(unlinked("main", "user:z"), handover(`user:${MAX_MERGE_DEPTH}`, "user:z", chain.absorbed)),
    ).toBe("too_deeply_merged");
    expect(typeof absorb(chain, handover("anon:late", `user:${MAX_MERGE_DEPTH}`))).toBe("object");
  });
});
