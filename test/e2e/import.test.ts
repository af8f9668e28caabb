import { afterAll, beforeAll, expect, test } from "vitest";

import { startTestCollector, type TestCollector } from "../support/collector.ts";

/** Fewer contacts than the file has may be in memory at a time. */
let collector: TestCollector;
beforeAll(async () => {
  collector = await startTestCollector({ maxLiveContacts: 25 });
});
afterAll(() => collector.close());

test("an import waits for room where more contacts are active than there is room for", async () => {
  const file = `contact,plan\n${Array.from({ length: 40 }, (_, i) => `user:${i},pro\n`).join("")}`;
  const response = await collector.request("POST", "/v1/contacts/import", file);
  const last = JSON.parse((await response.text()).trim().split("\n").at(-1) ?? "") as unknown;
  expect([response.status, last]).toEqual([
    200,
    expect.objectContaining({ done: true, line: 41, rows: 40, accepted: 40, duplicate: 0, refused: 0 }),
  ]);
});
