import { beforeAll, describe, expect, test, vi } from "vitest";

import { exportFile } from "./files.ts";
import { backend, browse, identify, named, type TestSite, token, visit } from "./people.ts";
import { fan, list, names, newRankedSite } from "./ranked-site.ts";
import { send } from "./two-sites.ts";

let shop: TestSite;
beforeAll(async () => {
  shop = await newRankedSite("export");
  await browse(shop, ...fan("ann", 4), identify("ann", "user-ann", await token(shop, "user-ann")));
  await browse(shop, ...fan("bob", 2), identify("bob", "user, bob"), identify("bob", "b2"));
  await browse(shop, visit("cid", "/other"));
  const traits = { email: "@ann", seats: -20, "=cmd": "a,b", isPro: true, line: 'say "hi"', gone: null };
  await backend(shop, { type: "identify", messageId: named("m"), userId: "user-ann", traits });
  await backend(shop, { type: "identify", messageId: named("m"), anonymousId: "cid", traits: { seats: 3 } });
  await vi.waitFor(async () => {
    expect(names((await list(shop)).rows)).toEqual(["user:user-ann", "anon:bob", "anon:cid"]);
    expect((await list(shop, "?trait.seats=-20")).rows).toHaveLength(1);
    expect((await list(shop, "?trait.seats=3")).rows).toHaveLength(1);
  });
});

const COLUMNS = "contact,model,version,score,band,grade,cell,identity,lastSeen,claims";

describe("the list as CSV", () => {
  test("has a row each in the list's order, and no cell that a spreadsheet runs", async () => {
    const { status, headers, text } = await exportFile(shop);
    expect(status).toBe(200);
    const today = new Date().toISOString().slice(0, 10);
    expect([...headers].filter(([name]) => /^content-(?:type|disp)|^cache/.test(name))).toEqual([
      ["cache-control", "private, no-store"],
      ["content-disposition", `attachment; filename="contacts-main-${today}.csv"`],
      ["content-type", "text/csv; charset=utf-8; header=present"],
    ]);
    const { rows, body } = await list(shop);
    const seen = rows.map((row) => (row as unknown as { lastSeen: string }).lastSeen);
    const version = String(body["version"]);
    expect(text.split("\r\n")).toEqual([
      `${COLUMNS},trait.=cmd,trait.email,trait.isPro,trait.line,trait.seats`,
      `user:user-ann,main,${version},40,hot,,,verified,${seen[0]},,"a,b",'@ann,true,"say ""hi""",-20`,
      `anon:bob,main,${version},20,hot,,,claimed,${seen[1]},"user:user, bob; user:b2",,,,,`,
      `anon:cid,main,${version},1,cold,,,anonymous,${seen[2]},,,,,,3`,
      "",
    ]);
  });

  test("has the columns that are asked for, and the contacts that the list's filters leave", async () => {
    const { text } = await exportFile(shop, "?format=csv&traits=seats,%20none&band=hot&model=main");
    const [header, ...rows] = text.trimEnd().split("\r\n");
    expect(header).toBe(`${COLUMNS},trait.seats,trait.none`);
    expect(rows.map((row) => [row.split(",")[0], row.endsWith(",-20,")])).toEqual([
      ["user:user-ann", true],
      ["anon:bob", false],
    ]);
  });

  test("of nobody is its header", async () => {
    expect((await exportFile(shop, "?minScore=1000")).text).toBe(`${COLUMNS}\r\n`);
  });
});

describe("the list as NDJSON", () => {
  test("has what the list has, a contact a line", async () => {
    const { headers, text } = await exportFile(shop, "", { accept: "application/x-ndjson" });
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    expect(headers.get("content-disposition")).toMatch(/\.ndjson"$/);
    const { rows, body } = await list(shop);
    const lines = text.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      rows.map((row) => ({ ...row, model: "main", version: body["version"] })),
    );
  });

  test("of nobody is empty; and it has the traits that are asked for", async () => {
    expect((await exportFile(shop, "?format=ndjson&band=none")).text).toBe("");
    const { text } = await exportFile(shop, "?format=ndjson&traits=seats&band=hot");
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { traits: unknown }).traits),
    ).toEqual([{ seats: -20 }, {}]);
  });
});

test("all pages are in it, of all shards", async () => {
  const site = await newRankedSite("export-shards");
  const body = { settings: { indexShards: 3 } };
  expect((await send("PATCH", `/v1/sites/${site.id}`, { key: site.secretKey, body })).status).toBe(200);
  const people = Array.from({ length: 1_200 }, (_, i) => `p${i}`);
  for (let from = 0; from < people.length; from += 400) {
    const batch = people.slice(from, from + 400);
    await backend(
      site,
      ...batch.map((userId) => ({ type: "identify", messageId: named("m"), userId, traits: { n: userId } })),
    );
  }
  await vi.waitFor(
    async () => {
      const { text } = await exportFile(site, "?format=ndjson");
      const found = text
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { contact: string }).contact);
      expect(found.sort()).toEqual(people.map((userId) => `user:${userId}`).sort());
    },
    { timeout: 60_000, interval: 1_000 },
  );
}, 120_000);

test.each([
  ["?format=xml", /"format" wants csv or ndjson, got "xml"/],
  ["?limit=5", /"limit" is of a list in pages/],
  ["?cursor=x", /"cursor" is of a list in pages/],
  ["?bnad=hot", /did you mean "band"/],
])("refuses %s and says why", async (query, message) => {
  const { status, text } = await exportFile(shop, query);
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  expect([status, error.code, error.message]).toEqual([400, "invalid_query", expect.stringMatching(message)]);
});

test("an unknown model is one", async () => {
  expect((await exportFile(shop, "?model=what")).status).toBe(404);
});
