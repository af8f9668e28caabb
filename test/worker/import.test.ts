import { beforeAll, describe, expect, test } from "vitest";

import { exportFile, importFile, type Report, streamed } from "./files.ts";
import { describeOf, siteWithTokens, type TestSite } from "./people.ts";
import { send } from "./two-sites.ts";

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("import");
});

interface Trait {
  readonly value: unknown;
  readonly since: string;
}

async function statedOf(ref: string): Promise<Record<string, Trait>> {
  const path = `/v1/contacts/${encodeURIComponent(ref)}`;
  const { body } = await send("GET", path, { key: site.secretKey });
  return (body["traits"] ?? {}) as Record<string, Trait>;
}

async function traitsOf(ref: string): Promise<Record<string, unknown>> {
  const stated = Object.entries(await statedOf(ref));
  return Object.fromEntries(stated.map(([name, { value }]) => [name, value]));
}

/** How often a contact was told of. */
async function timesOf(ref: string): Promise<number> {
  const path = `/v1/contacts/${encodeURIComponent(ref)}/timeline`;
  const { body } = await send("GET", path, { key: site.secretKey });
  const days = body["days"] as { facts: { event: string; count: number }[] }[];
  const facts = days.flatMap((day) => day.facts).filter(({ event }) => event === "identify");
  return facts.reduce((sum, { count }) => sum + count, 0);
}

const told = ({ errors }: Report) => errors.map(({ line, message }) => [line, message]);
const saying = (text: RegExp): string => expect.stringMatching(text) as string;

describe("a CSV file", () => {
  test("states traits of contacts, each cell as what it looks like", async () => {
    const file = [
      "contact,plan,trait.seats,active,zip,phone,note",
      'user:c1,pro,20,TRUE,01234,+49 170 1234567,"a ""b"",\r\nc"',
      "anon:c2,,-1.50,false,1e5,12345678901234567890,'=1+1",
      "",
    ].join("\r\n");
    const { status, last, headers } = await importFile(site, `\uFEFF${file}`);
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "application/x-ndjson",
      "private, no-store",
    ]);
    expect(last).toMatchObject({ done: true, line: 4, rows: 2, accepted: 2, duplicate: 0, refused: 0 });
    expect(await traitsOf("user:c1")).toEqual({
      plan: "pro",
      seats: 20,
      active: true,
      zip: "01234",
      phone: "+49 170 1234567",
      note: 'a "b", c',
    });
    expect(await traitsOf("anon:c2")).toEqual({
      seats: -1.5,
      active: false,
      zip: "1e5",
      phone: "12345678901234567890",
      note: "=1+1",
    });
  });

  test("leaves what it has an empty cell for, and keeps texts as texts where it is told", async () => {
    await importFile(site, "userId,plan,code\nc3,pro,7\n");
    const { last } = await importFile(site, "userId,plan,code\nc3,,8\n", "?text=code");
    expect(last).toMatchObject({ accepted: 1, columns: { traits: ["plan", "code"], ignored: [] } });
    expect(await traitsOf("user:c3")).toEqual({ plan: "pro", code: "8" });
  });

  test("dates its traits back", async () => {
    const file = "anonymousId,timestamp,plan\nc4,2019-03-01,free\nc4,2021-05-01T10:00:00Z,pro\n";
    expect((await importFile(site, file)).last).toMatchObject({ accepted: 2, refused: 0 });
    expect(await statedOf("anon:c4")).toEqual({ plan: { value: "pro", since: "2021-05-01" } });
  });

  test("loses bad lines, and no others", async () => {
    const file = [
      "contact,timestamp,plan",
      "user:c5,,pro",
      "c5,,pro",
      ",,pro",
      "user:c6,yesterday,pro",
      "user:c6,2999-01-01,pro",
      "user:c6,,pro,and more",
      'user:c6,,5" pipe',
      `user:${"x".repeat(300)},,pro`,
      "anon:c7,,free",
    ].join("\n");
    const { last } = await importFile(site, file);
    expect(last).toMatchObject({ done: true, line: 10, rows: 9, accepted: 2, refused: 7 });
    const known = new Map(last.errors.map(({ line, message }) => [line, message]));
    expect(known.get(3)).toMatch(/"c5" is no contact\. Write user:<userId> or anon:<anonymousId>/);
    expect(known.get(4)).toMatch(/names no contact/);
    expect(known.get(5)).toMatch(/ISO 8601/);
    expect(known.get(6)).toMatch(/in the future/);
    expect(known.get(7)).toMatch(/has 4 cells, and the header 3/);
    expect(known.get(8)).toMatch(/quote inside of a cell/);
    expect(known.get(9)).toMatch(/1 to 256 characters/);
    expect(await traitsOf("anon:c7")).toEqual({ plan: "free" });
    expect((await describeOf(site, "user:c6")).status).toBe(404);
  });

  test("tells of what it keeps a part of", async () => {
    const long = "x".repeat(300);
    const { last } = await importFile(site, `userId,${"n".repeat(70)},note\nc8,1,${long}\n`);
    expect(last).toMatchObject({ accepted: 1, refused: 0 });
    expect(last.warnings.map(({ line, column, reason }) => [line, column, reason])).toEqual([
      [2, "n".repeat(64), "invalid_trait_name"],
      [2, "note", "trait_too_long"],
    ]);
  });

  test("that is no UTF-8 loses the lines that are not", async () => {
    const bytes = Uint8Array.from([
      ...new TextEncoder().encode("userId,name\nc9,J"),
      0xf6,
      ...new TextEncoder().encode("rg\nc10,Ann\n"),
    ]);
    const { last } = await importFile(site, bytes);
    expect(last).toMatchObject({ accepted: 1, refused: 1 });
    expect(told(last)).toEqual([[2, saying(/no UTF-8/)]]);
  });

  test.each([
    ["", /file is empty/],
    ["plan\npro\n", /names no contact: it takes a column "contact"/],
    ["user_id,plan\n", /"user_id" is none of its names; did you mean "userId"\?/],
    ["contact;plan\nuser:1;pro\n", /parted by semicolons/],
    ["contact\tplan\n", /parted by tabs/],
    ["contact,plan,trait.plan\n", /has "plan" twice/],
    ["\u001f\u008b\b\u0000", /packed \(gzip\)/],
    ["PK\u0003\u0004", /a workbook or a ZIP/],
    ["contact,,plan\n", /Column 2 of the header has no name/],
    ['contact,"plan\nuser:1,pro', /header, in line 1: A quote is opened/],
  ])("with nothing that can be read is refused: %j", async (file, message) => {
    const { status, last } = await importFile(site, file);
    expect([status, last.error]).toEqual([400, { code: "invalid_import", message: saying(message) }]);
  });
});

describe("an NDJSON file", () => {
  const importLines = (file: string, query = "") =>
    importFile(site, file, query, { "content-type": "application/x-ndjson" });

  test("states traits as they are, clears them, and names bad lines", async () => {
    const lines = [
      { contact: "user:n1", traits: { plan: "pro", zip: "123", seats: 4, address: { city: "Bonn" } } },
      { userId: 42, plan: "free", old: null },
      { anonymousId: "n2", traits: { tags: ["a"] }, score: 9 },
      { contact: "user:n1", userId: "n1" },
      { plan: "pro" },
      { contact: "user:n1", traits: "pro" },
    ].map((line) => JSON.stringify(line));
    const { last } = await importLines([...lines, "[1]", "{"].join("\n"));
    expect(last).toMatchObject({ done: true, line: 8, rows: 8, accepted: 3, refused: 5 });
    expect(told(last)).toEqual([
      [4, saying(/names its contact twice, by "contact" and "userId"/)],
      [5, saying(/names no contact/)],
      [6, saying(/"traits" is an object/)],
      [7, saying(/no JSON object/)],
      [8, saying(/no JSON object/)],
    ]);
    expect(last.warnings).toMatchObject([{ line: 3, column: "tags", reason: "trait_is_a_list" }]);
    expect(await traitsOf("user:n1")).toEqual({ plan: "pro", zip: "123", seats: 4, "address.city": "Bonn" });
    expect(await traitsOf("user:42")).toEqual({ plan: "free" });
    await importLines('{"contact":"user:n1","traits":{"plan":null}}');
    expect(await traitsOf("user:n1")).toEqual({ zip: "123", seats: 4, "address.city": "Bonn" });
  });
});

describe("a dry run", () => {
  test("checks everything, and writes nothing", async () => {
    const file = "contact,plan\nuser:d1,pro\nd2,pro\n";
    const { status, last, headers } = await importFile(site, file, "?dryRun=1");
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(last).toMatchObject({
      dryRun: true,
      done: true,
      rows: 2,
      valid: 1,
      refused: 1,
      errors: [{ line: 3 }],
      columns: { traits: ["plan"] },
    });
    expect((await describeOf(site, "user:d1")).status).toBe(404);
  });

  test("names the first hundred of the lines that are wrong", async () => {
    const file = `contact\n${"wrong\n".repeat(1_234)}`;
    const { last } = await importFile(site, file, "?dryRun");
    expect(last).toMatchObject({ rows: 1_234, refused: 1_234 });
    expect(last.errors).toHaveLength(100);
  });
});

describe("the same file again", () => {
  const file = "contact,plan\nuser:r1,pro\nuser:r2,free\nuser:r1,pro\n";

  test("changes nothing, and under another id it is stated anew", async () => {
    expect((await importFile(site, file, "?id=first")).last).toMatchObject({ accepted: 2, duplicate: 1 });
    expect((await importFile(site, file, "?id=first")).last).toMatchObject({ accepted: 0, duplicate: 3 });
    expect(await timesOf("user:r1")).toBe(1);
    expect((await importFile(site, file, "?id=second")).last).toMatchObject({
      accepted: 2,
      import: "second",
    });
    expect(await timesOf("user:r1")).toBe(2);
  });

  test("goes on at a line", async () => {
    const many = `contact,n\n${Array.from({ length: 700 }, (_, i) => `user:g${i % 5},${i}\n`).join("")}`;
    const first = await importFile(site, many, "?id=lines");
    expect(first.steps.map(({ done, line, rows, accepted }) => [done, line, rows, accepted])).toEqual([
      [false, 501, 500, 500],
      [true, 701, 700, 700],
    ]);
    const rest = await importFile(site, many, "?id=lines&from=502");
    expect(rest.last).toMatchObject({ done: true, line: 701, rows: 200, accepted: 0, duplicate: 200 });
  });
});

test("a file takes no more than it may, and comes in pieces", async () => {
  function* tooMuch() {
    yield "contact,note\n";
    for (let i = 0; i < 21; i += 1) yield `x,${"y".repeat(8_190)}\n`.repeat(128);
  }
  const { last } = await importFile(site, streamed(tooMuch()), "?dryRun=1");
  expect(last).toMatchObject({ done: false, problem: { code: "import_too_large" } });
  expect(last.rows).toBeGreaterThan(2_000);
  const whole = await importFile(site, [...tooMuch()].join(""));
  expect([whole.status, whole.last.error?.code]).toEqual([413, "import_too_large"]);
});

test("a file takes 100,000 rows, and says where to go on", async () => {
  const row = "user:x\n";
  const { last } = await importFile(site, `contact\n${row.repeat(100_001)}`, "?dryRun=1");
  expect(last).toMatchObject({
    done: false,
    line: 100_001,
    rows: 100_000,
    problem: { code: "too_many_rows" },
  });
  const rest = await importFile(site, `contact\n${row.repeat(100_001)}`, "?dryRun=1&from=100002");
  expect(rest.last).toMatchObject({ done: true, line: 100_002, rows: 1 });
});

test.each([
  ["?dryrun=1", /"dryrun" .* did you mean "dryRun"\?/],
  ["?dryRun=yes", /"dryRun" wants 1 or 0/],
  ["?from=0", /"from" wants the number of a line/],
  ["?id=a%20b", /"id" has 1 to 64 letters/],
  ["?format=xlsx", /"format" wants csv or ndjson/],
  ["?dryRun=1&dryRun=0", /given twice/],
])("refuses %s and writes nothing", async (query, message) => {
  const { status, last } = await importFile(site, "contact\nuser:q1\n", query);
  expect([status, last.error?.message]).toEqual([400, saying(message)]);
  expect((await describeOf(site, "user:q1")).status).toBe(404);
});

test("only the secret key imports and exports", async () => {
  const asPublic = { secretKey: site.writeKey };
  expect((await importFile(asPublic, "contact\nuser:s1\n")).status).toBe(401);
  expect((await exportFile(asPublic)).status).toBe(401);
});
