import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createBoard, type Ranked } from "../../worker/domain/index/board.ts";
import type { IndexNote } from "../../worker/domain/index/entry.ts";
import { mergePages } from "../../worker/domain/index/merge-pages.ts";
import { createPagedRankings } from "../../worker/domain/index/paged-rankings.ts";
import {
  boardQuery,
  firstOf,
  type IndexPage,
  type PageStart,
  rowOf,
} from "../../worker/domain/index/query.ts";
import { comparePlaces } from "../../worker/domain/index/ranked-list.ts";
import { formatCursor, parseCursor } from "../../worker/routes/list-cursor.ts";

const DAY = 20_000;
const ALL = boardQuery({ model: "m", version: 1, versions: [["m", 1]] }, () => undefined);

const objects = fc.integer({ min: 0, max: 30 }).map((n) => n.toString(16).padStart(64, "0"));
const notes = fc.record({
  object: objects,
  epoch: fc.constantFrom(0, 0, 0, 1_000),
  revision: fc.integer({ min: 1, max: 20 }),
  lastSeen: fc.integer({ min: 0, max: 1_000 }),
  identity: fc.constantFrom("anonymous" as const, "claimed" as const, "verified" as const),
  day: fc.constant(DAY),
  standings: fc.record({
    m: fc.record({
      version: fc.constantFrom(1, 2),
      units: fc.integer({ min: -5, max: 5 }),
      band: fc.constantFrom("hot", "cold", null),
      isExcluded: fc.boolean(),
    }),
  }),
});
const acts = fc.array(fc.oneof({ weight: 9, arbitrary: notes }, { weight: 1, arbitrary: objects }), {
  maxLength: 400,
});

type Act = IndexNote | string;

function boardOf(all: readonly Act[], ask = false) {
  const board = createBoard(DAY);
  for (const act of all) {
    if (typeof act === "string") board.remove(act);
    else board.note(act);
    // Asked in between it keeps its order as it goes; else it is put in order at the end.
    if (ask) firstOf(board, ALL, 1);
  }
  return board;
}

/** What is left of it, worked out in the plainest way. */
function plain(all: readonly Act[]): IndexNote[] {
  const left = new Map<string, IndexNote>();
  for (const act of all) {
    if (typeof act === "string") left.delete(act);
    else {
      const known = left.get(act.object);
      const isNew =
        !known || act.epoch > known.epoch || (act.epoch === known.epoch && act.revision > known.revision);
      if (isNew) left.set(act.object, act);
    }
  }
  return [...left.values()];
}

const shown = (ranked: Iterable<Ranked>) =>
  [...ranked].map(({ object, units, band, version }) => ({ object, units, band, version }));

describe("a board", () => {
  test("has everybody once, in order, as told last, whatever comes late, twice or goes", () => {
    fc.assert(
      fc.property(acts, fc.boolean(), (all, ask) => {
        const wanted = plain(all)
          .map(({ object, standings }) => ({ object, ...standings["m"] }))
          .map(({ object, units = 0, band = null, version = 0 }) => ({ object, units, band, version }))
          .toSorted(comparePlaces);
        const board = boardOf(all, ask);
        expect(shown(board.find(ALL))).toEqual(wanted);
        expect(board.size).toBe(wanted.length);
        expect(board.countBehind([["m", 1]])).toBe(wanted.filter(({ version }) => version !== 1).length);
        const counts = new Map<string | null, number>();
        for (const { band } of wanted) counts.set(band, (counts.get(band) ?? 0) + 1);
        expect(board.count(ALL)).toEqual(counts);
      }),
    );
  });

  test("finds by each filter what passing it means, from any place on", () => {
    fc.assert(
      fc.property(
        acts,
        fc.integer({ min: -6, max: 6 }),
        fc.integer({ min: 0, max: 1_000 }),
        (all, units, seen) => {
          const board = boardOf(all);
          const query = {
            ...ALL,
            bands: new Set(["hot"]),
            minUnits: units,
            seenSince: seen,
            identities: new Set(["verified"]),
          };
          const everybody = [...board.find(ALL)];
          const wanted = everybody.filter(
            ({ band, units: own, contact }) =>
              band === "hot" && own >= units && contact.lastSeen >= seen && contact.identity === "verified",
          );
          expect(shown(board.find(query))).toEqual(shown(wanted));
          const middle = everybody[Math.floor(everybody.length / 2)];
          if (!middle) return;
          const after = wanted.filter((ranked) => comparePlaces(middle, ranked) < 0);
          expect(shown(board.find(query, middle))).toEqual(shown(after));
        },
      ),
    );
  });
});

test("pages of several shards together are the ranking of all, once, whatever the limit", () => {
  fc.assert(
    fc.property(
      acts,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (all, shards, limit) => {
        const everybody = [...boardOf(all).find(ALL)];
        const parts = Array.from({ length: shards }, (_, shard) =>
          everybody.filter(({ object }) => Number.parseInt(object.slice(-2), 16) % shards === shard),
        );
        const told: string[] = [];
        let starts: readonly (PageStart | null)[] | undefined;
        for (let turns = 0; turns <= everybody.length + 1; turns += 1) {
          const pages = parts.map((part, shard): IndexPage => {
            const from = starts?.[shard]?.offset ?? 0;
            const found = part.slice(from, from + limit);
            const last = found.at(-1);
            const person = { ref: "anon:x" as const, traits: {}, claims: [] };
            return {
              rows: found.map((ranked, i) => rowOf(ranked, from + i, person, 1)),
              ...(from + limit < part.length && last
                ? { end: { offset: from + found.length, after: last } }
                : {}),
              ranking: String(shard),
              unsure: 0,
              unnamed: 0,
              behind: 0,
              walk: null,
            };
          });
          const { rows, next } = mergePages(pages, limit, starts);
          told.push(...rows.map(({ object }) => object));
          if (!next) break;
          starts = parseCursor(formatCursor({ question: "q", starts: next }))?.starts;
        }
        expect(told).toEqual(everybody.map(({ object }) => object));
      },
    ),
  );
});

test("rankings are kept for a while for who pages through them, and not more than some", () => {
  let now = 0;
  let ids = 0;
  const paged = createPagedRankings(
    () => now,
    () => String((ids += 1)),
  );
  const first = paged.keep([]);
  for (let i = 0; i < 7; i += 1) paged.keep([]);
  expect(paged.find(first)).toEqual([]);
  paged.keep([]);
  // The one that nobody has asked for the longest has gone.
  expect([paged.find("2"), paged.find(first)]).toEqual([undefined, []]);
  now += 600_001;
  expect(paged.find(first)).toBeUndefined();
});

test.each(["", "x", "bnVsbA", btoa("[1,2]"), btoa('["q",[[1]]]'), btoa('["q",[["r",-1,0,"o"]]]')])(
  "%j is no cursor",
  (text) => {
    expect(parseCursor(text)).toBeUndefined();
  },
);
