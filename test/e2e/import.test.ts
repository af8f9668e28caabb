import { expect, test } from "vitest";

import { startTestCollector, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";
import { until } from "../support/until.ts";

/** Fewer contacts than the file has may be in memory at a time. */
let collector: TestCollector;
withCollector(
  (own) => {
    collector = own;
  },
  { maxLiveContacts: 25 },
);

test("an import waits for room where more contacts are active than there is room for", async () => {
  const file = `contact,plan\n${Array.from({ length: 40 }, (_, i) => `user:${i},pro\n`).join("")}`;
  const response = await collector.request("POST", "/v1/contacts/import", file);
  const last = JSON.parse((await response.text()).trim().split("\n").at(-1) ?? "") as unknown;
  expect([response.status, last]).toEqual([
    200,
    expect.objectContaining({ done: true, line: 41, rows: 40, accepted: 40, duplicate: 0, refused: 0 }),
  ]);
});

test("an export has all that are listed, also those that there is no room for at once", async () => {
  const counted = async () =>
    ((await (await collector.read("/v1/contacts/counts")).json()) as { contacts: number }).contacts;
  await until(counted, (contacts) => contacts === 40);
  const exported = await collector.read("/v1/contacts/export?traits=plan");
  const rows = (await exported.text()).trimEnd().split("\r\n").slice(1);
  const wanted = Array.from({ length: 40 }, (_, i) => `user:${i}`);
  expect(rows).toHaveLength(wanted.length);
  expect(new Set(rows.map((row) => row.split(",")[0]))).toEqual(new Set(wanted));
});

test("others are answered while an import is written", async () => {
  const own = await startTestCollector();
  try {
    const file = `contact\n${Array.from({ length: 400 }, (_, i) => `user:${i}\n`).join("")}`;
    const over = new AbortController();
    const importing = own.request("POST", "/v1/contacts/import", file).then((response) => response.text());
    const ended = importing.finally(() => over.abort());
    let answers = 0;
    while (!over.signal.aborted) {
      expect((await own.read("/healthz")).status).toBe(200);
      answers += 1;
    }
    await ended;
    expect(answers).toBeGreaterThan(5);
  } finally {
    await own.close();
  }
});
