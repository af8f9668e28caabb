import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";

import type { Ref } from "../../shared/event.ts";
import { parseSignalKey, SOME_NUMBER } from "../../shared/signal.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import type { LedgerRow } from "../../worker/store/ledger-rows.ts";
import { unpackLedger } from "../../worker/store/packed-ledger.ts";
import { textOf } from "../../worker/store/packed-text.ts";
import type { Exported, StoredLedger } from "./exported.ts";
import { env, send } from "./two-sites.ts";

const DAY_MS = 86_400_000;
const SECRET = { key: "sk_test" };

const iso = (time: number) => new Date(time).toISOString();
const isoDay = (day: number) => iso(day * DAY_MS).slice(0, 10);
/** Numbers but `value` and `active_ms` are not kept. */
const shownText = (text: string) => (text === SOME_NUMBER ? "other" : text);
/** Every line once, in an order that both sides share. */
const sorted = (lines: readonly unknown[]) => lines.map((line) => JSON.stringify(line)).sort();

async function makeContact(user: string): Promise<Ref> {
  const ref: Ref = `user:${user}`;
  const own = { userId: user };
  const at = (daysAgo: number, minutes = 0) => iso(Date.now() - daysAgo * DAY_MS + minutes * 60_000);
  const context = {
    page: { referrer: "https://search.example/?q=a" },
    campaign: { name: "spring", source: "mail", medium: "email" },
  };
  const batches = [
    [
      {
        type: "page",
        ...own,
        timestamp: at(40),
        messageId: "a",
        properties: { path: "/pricing", title: "Prices" },
        context,
      },
      {
        type: "identify",
        ...own,
        timestamp: at(40),
        messageId: "b",
        traits: { email: "ann@corp.example", plan: "free" },
      },
      {
        type: "identify",
        ...own,
        timestamp: at(12),
        messageId: "c",
        traits: { plan: "pro", seats: 4, old: null },
      },
      {
        type: "track",
        event: "Page Engaged",
        ...own,
        timestamp: at(12),
        messageId: "ag:abcdefghijkl:0",
        properties: { path: "/", active_ms: 61_000 },
      },
    ],
    Array.from({ length: 150 }, (_, i) => ({
      type: "track",
      event: "Bought",
      ...own,
      timestamp: at(3 + (i % 5)),
      messageId: `ag:abcdefghijkl:${(i + 2).toString(36)}`,
      properties: { sku: `a-thing-with-a-long-name-${i}`, value: i / 4 - 3, n: i },
    })),
    [
      {
        type: "track",
        event: "Bought",
        ...own,
        timestamp: at(40),
        messageId: "late",
        properties: { sku: "late" },
      },
    ],
  ];
  for (const batch of batches) {
    const { body } = await send("POST", "/v1/batch", { ...SECRET, body: { batch } });
    expect(body["rejected"]).toEqual([]);
  }
  const path = `/v1/contacts/${encodeURIComponent(ref)}`;
  const add = { points: 12, reason: "met at the fair", author: "ann", axis: "engagement" };
  const reset = { reason: "wrong person", author: "ben", at: at(20) };
  const adjusted = await send("POST", `${path}/adjustments`, {
    ...SECRET,
    body: { ...add, axis: undefined },
  });
  const cleared = await send("POST", `${path}/resets`, { ...SECRET, body: reset });
  expect([adjusted.status, cleared.status]).toEqual([200, 200]);
  return ref;
}

/** All ledgers of a contact as they stand in its rows, and the names of everything that is stored. */
async function storedOf(ref: Ref) {
  return runInDurableObject(objectsOf(env, "main").contact(ref), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 4) <> '_cf_'",
      )
      .toArray()
      .map(({ name }) => name);
    const rows = storage.sql.exec<LedgerRow>("SELECT * FROM ledger ORDER BY part").toArray();
    const read = (wanted: (part: number) => boolean) =>
      rows
        .filter(({ part }) => wanted(part))
        .map(({ data }) => JSON.parse(textOf(data)) as Record<string, unknown>);
    const [hot] = read((part) => part === 0);
    const packed = rows.filter(({ part }) => part > 0).map(({ data }) => unpackLedger(data).ledger);
    const ledgers = [hot?.["ledger"], ...packed] as StoredLedger[];
    return { tables, hot: hot ?? {}, ledgers, others: read((part) => part < 0) };
  });
}

test("an export holds everything that the rows hold", async () => {
  const ref = await makeContact("exported-ann");
  const { tables, hot, ledgers, others } = await storedOf(ref);
  expect(ledgers.length).toBeGreaterThanOrEqual(2);
  // Whatever else comes to be stored has to find its place in the export, too.
  expect(tables).toEqual(["ledger"]);
  expect(Object.keys(hot).sort()).toEqual(["day", "format", "ledger", "marks", "ref", "revision"]);
  for (const ledger of ledgers) {
    expect(Object.keys(ledger).sort()).toEqual(["facts", "seen"]);
    for (const own of Object.values(ledger.facts)) {
      expect(["days", "visits", "traits", "claims", "folded"]).toEqual(
        expect.arrayContaining(Object.keys(own)),
      );
    }
  }

  const answer = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}/export`, SECRET);
  expect([answer.status, answer.headers.get("cache-control"), answer.headers.get("content-type")]).toEqual([
    200,
    "no-store",
    "application/json",
  ]);
  const exported = answer.body as unknown as Exported;
  expect(answer.body).toMatchObject({
    format: 1,
    site: "main",
    contact: ref,
    revision: hot["revision"],
    refs: [ref],
  });

  const [log] = others as { crossings: { id: string; at: number; contact: string; model: string }[] }[];
  expect([others.length, log?.crossings.length]).toEqual([1, expect.any(Number)]);
  const told =
    (answer.body["crossings"] as { model: string; crossings: { id?: string }[] }[])[0]?.crossings ?? [];
  for (const { contact: _contact, model: _model, at, ...rest } of log?.crossings ?? []) {
    const found = told.find(({ id }) => id === rest.id);
    expect(found).toEqual({ ...found, ...rest, time: iso(at) });
  }
  expect(answer.body["bands"]).toMatchObject([{ model: "starter", band: expect.anything() }]);

  const sources = ledgers.flatMap(({ facts }) => Object.entries(facts));
  const buckets = new Map<
    string,
    { count: number; activeMs: number; value: number; max: number | null; first: number; last: number }
  >();
  for (const [source, { days }] of sources) {
    for (const [day, signals] of Object.entries(days)) {
      for (const [key, [count, activeMs, value, max, first, last]] of Object.entries(signals)) {
        const { name, props } = parseSignalKey(key);
        const line = JSON.stringify([
          source,
          isoDay(Number(day)),
          name,
          [...props.values()].map(shownText).sort(),
        ]);
        const old = buckets.get(line);
        const time = Number(day) * DAY_MS;
        buckets.set(line, {
          count: count + (old?.count ?? 0),
          activeMs: activeMs + (old?.activeMs ?? 0),
          value: value + (old?.value ?? 0),
          max: max === null ? (old?.max ?? null) : Math.max(max, old?.max ?? max),
          first: Math.min(time + first, old?.first ?? Infinity),
          last: Math.max(time + last, old?.last ?? 0),
        });
      }
    }
  }
  const shown = exported.days.flatMap(({ source, day, facts }) =>
    facts.map(({ event, properties, count, activeMs, value, max, first, last }) => {
      const texts = Object.entries(properties).map(([, text]) => text);
      return [
        JSON.stringify([source, day, event, texts.sort()]),
        count,
        activeMs,
        value ?? 0,
        max ?? null,
        first,
        last,
      ];
    }),
  );
  const stored = [...buckets].map(([line, { count, activeMs, value, max, first, last }]) => [
    line,
    count,
    activeMs,
    value / 10_000,
    max,
    iso(first),
    iso(last),
  ]);
  expect(stored.length).toBeGreaterThan(100);
  expect(sorted(shown)).toEqual(sorted(stored));

  const visits = sources.flatMap(([source, own]) =>
    own.visits.map(([start, end, pages, activeMs, from]) => ({
      source,
      start: iso(start),
      end: iso(end),
      pages,
      activeMs,
      from,
    })),
  );
  const shownVisits = exported.visits.map((visit) => ({
    ...visit,
    from: visit.from && Object.values(visit.from),
  }));
  expect(sorted(shownVisits)).toEqual(
    sorted(
      visits.map((visit) => ({ ...visit, from: visit.from && [iso(visit.from[0]), ...visit.from.slice(1)] })),
    ),
  );
  const traits = sources.flatMap(([source, own]) =>
    Object.entries(own.traits).flatMap(([name, values]) =>
      values.map(([at, value]) => ({ source, name, value, at: iso(at) })),
    ),
  );
  expect(traits).toHaveLength(5);
  expect(sorted(exported.traits)).toEqual(sorted(traits));
  const claims = sources.flatMap(([source, own]) =>
    Object.entries(own.claims).map(([user, [first, last]]) => ({
      source,
      user,
      first: iso(first),
      last: iso(last),
    })),
  );
  expect(exported.claims).toEqual(claims);
  const ids = ledgers.flatMap(({ seen }) => Object.values(seen).flatMap((own) => own.ids));
  expect(exported.counted.flatMap(({ idHashes }) => idHashes).sort()).toEqual([...new Set(ids)].sort());
  expect(exported.counted[0]?.producers).toMatchObject([
    { producer: "abcdefghijkl", numbers: [0, 0, 2, 151] },
  ]);
});

test("an export says what follows from it, and what is held elsewhere", async () => {
  const ref = await makeContact("exported-ben");
  const { body } = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}/export`, SECRET);
  const today = iso(Date.now()).slice(0, 10);
  expect(body["adjustments"]).toEqual(
    expect.arrayContaining([
      { day: today, event: "Score Adjusted", reason: "met at the fair", author: "ann", count: 1, points: 12 },
      expect.objectContaining({ event: "Score Reset", reason: "wrong person", author: "ben", points: null }),
    ]),
  );
  const score = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}/score`, SECRET);
  expect(body["scores"]).toEqual([score.body]);
  const { body: timeline } = await send("GET", `/v1/contacts/${encodeURIComponent(ref)}/timeline`, SECRET);
  expect(body["crossings"]).toEqual([{ model: "starter", crossings: timeline["crossings"] }]);
  expect(body["retention"]).toMatchObject({
    retentionDays: null,
    purgeIdleVisitorsAfterDays: 90,
    lookAgainAt: expect.any(String),
  });
  expect(body["directory"]).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{32}$/), isKnown: true });
  expect(body["deletedBefore"]).toBeNull();
  expect((await send("GET", "/v1/contacts/user%3Anobody-here/export", SECRET)).code).toBe("unknown_contact");
  expect((await send("GET", "/v1/contacts/user%3Anobody-here/export", { key: "wk_test" })).code).toBe(
    "secret_key_required",
  );
});
