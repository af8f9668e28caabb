import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { dayToIso } from "../../shared/day.ts";
import { shardName } from "../../worker/domain/object-names.ts";
import { DATES, FADING } from "../support/fading-model.ts";
import { backend, named, siteWithTokens, type TestSite } from "./people.ts";
import { list, type Row } from "./ranked-site.ts";
import { env, send } from "./two-sites.ts";

const DAY_MS = 86_400_000;
const CONTACTS = 2_000;
let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("ranked-year");
  const saved = await send("PUT", "/v1/models/main", {
    key: site.secretKey,
    body: FADING,
    headers: { "if-none-match": "*" },
  });
  expect([saved.status, JSON.stringify(saved.body)]).toEqual([201, expect.anything()]);
  await send("DELETE", "/v1/models/starter", { key: site.secretKey, headers: { "if-match": "*" } });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What a contact did, told of by its number: some little, some much, over three weeks. */
function eventsOf(contact: number): object[] {
  const who = contact % 3 === 0 ? { userId: `u${contact}` } : { anonymousId: `a${contact}` };
  const events: object[] = [];
  for (let i = 0; i < 1 + ((contact * 7) % 9); i += 1) {
    const at = Date.now() - ((contact * 13 + i * 5) % 22) * DAY_MS;
    const shared = { ...who, messageId: named("y"), timestamp: new Date(at).toISOString() };
    const kind = (contact + i * 3) % 8;
    if (kind < 3) events.push({ ...shared, type: "page", properties: { path: "/pricing" } });
    else if (kind < 5) events.push({ ...shared, type: "page", properties: { path: `/docs/${i}` } });
    else if (kind === 5)
      events.push({ ...shared, type: "track", event: "Form Submitted", properties: { form: "demo" } });
    else if (kind === 6) events.push({ ...shared, type: "track", event: "Unsubscribed" });
    else events.push({ ...shared, type: "identify", traits: { plan: contact % 2 === 0 ? "pro" : "free" } });
  }
  return events;
}

interface ShardStatus {
  readonly contacts: number;
  readonly waiting: number;
  readonly storage: { readonly rowsWritten: number };
}

async function statusOf(): Promise<ShardStatus> {
  const { body } = await send("GET", "/v1/contacts/index", { key: site.secretKey });
  return (body["shards"] as ShardStatus[])[0] as ShardStatus;
}

async function wholeList(): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined;) {
    const page = await list(site, `?limit=500${cursor === "" ? "" : `&cursor=${cursor}`}`);
    expect(page.status).toBe(200);
    rows.push(...page.rows);
    cursor = page.cursor;
  }
  return rows;
}

test(`${CONTACTS} contacts are ranked over a year without events as their own scores say, and the passage of time writes no row`, async () => {
  for (let from = 0; from < CONTACTS; from += 50) {
    const batch = Array.from({ length: 50 }, (_, i) => eventsOf(from + i)).flat();
    expect((await backend(site, ...batch)).body).toMatchObject({ accepted: batch.length, rejected: [] });
  }
  await vi.waitFor(async () => expect((await statusOf()).contacts).toBe(CONTACTS), { timeout: 30_000 });
  const start = Date.now();
  const shard = env.INDEX.getByName(shardName(site.id, 1, 0));
  // Everybody has been quiet for a while.
  vi.useFakeTimers({ toFake: ["Date"], now: start + 120_000 });
  for (let waiting = 1; waiting > 0; waiting = (await statusOf()).waiting) await runDurableObjectAlarm(shard);
  const written = (await statusOf()).storage.rowsWritten;
  const bands = new Set<string>();
  for (const days of DATES) {
    const now = start + days * DAY_MS + 120_000;
    vi.setSystemTime(now);
    const at = dayToIso(Math.floor(now / DAY_MS));
    const rows = await wholeList();
    expect([at, rows.length, new Set(rows.map(({ contact }) => contact)).size]).toEqual([
      at,
      CONTACTS,
      CONTACTS,
    ]);
    const scores = rows.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    // One by one: a quarter of them on the first day, then some.
    const step = days === 0 ? 4 : 40;
    const each = rows.filter((_, i) => (i + days) % step === 0);
    for (let from = 0; from < each.length; from += 50) {
      await Promise.all(
        each.slice(from, from + 50).map(async ({ contact, score, band }) => {
          const path = `/v1/contacts/${encodeURIComponent(contact)}/score?at=${at}`;
          const { body } = await send("GET", path, { key: site.secretKey });
          expect([at, contact, score, band]).toEqual([at, contact, body["score"], body["band"]]);
          bands.add(`${days} ${band}`);
        }),
      );
    }
  }
  const { rowsWritten } = (await statusOf()).storage;
  console.log(`rows written by the passage of a year: ${rowsWritten - written}`);
  expect(rowsWritten - written).toBe(0);
  // Else nothing would have been tried.
  expect(bands).toEqual(new Set([...bands, "0 hot", "0 warm", "0 cold", "29 hot", "364 cold"]));
}, 600_000);
