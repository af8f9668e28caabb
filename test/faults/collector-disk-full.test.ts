import { afterEach, expect, test } from "vitest";

import { newVisitor, pageVisit, startTestCollector, type TestCollector } from "../support/collector.ts";
import { fullDisks } from "../support/full-disk.ts";
import { until } from "../support/until.ts";

let collector: TestCollector;
afterEach(() => collector.close());

const PRICING_POINTS = 10;

test.for(fullDisks())("$name: 503 and when to come again, and what comes again counts once", async (disk) => {
  collector = await startTestCollector({ through: disk.through });
  const { pid } = collector;
  const quiet = newVisitor();
  const busy = Array.from({ length: 8 }, newVisitor);
  for (const visitor of [quiet, ...busy]) await collector.batch([pageVisit(visitor, "/pricing")]);
  await disk.fill(collector);

  // Until each of them is refused: what fits into the files as they are is on disk, and may be taken.
  const sent = new Map<string, number>();
  const refused: string[] = [];
  for (const visitor of [...busy, ...Array.from({ length: 8 }, newVisitor)]) {
    let times = busy.includes(visitor) ? 1 : 0;
    for (let isTaken = true; isTaken; times += 1) {
      const body = batchOf(visitor, times);
      const response = await collector.send(body);
      isTaken = response.status === 200;
      if (!isTaken) {
        await expectUnavailable(response);
        refused.push(body);
      }
    }
    sent.set(visitor, times);
  }
  for (const body of refused) await expectUnavailable(await collector.send(body));
  const paths = Array.from({ length: 300 }, (_, i) => [`/page-${i}`, 1]);
  const model = JSON.stringify({ name: "Large", pages: Object.fromEntries(paths) });
  const putModel = () => collector.request("PUT", "/v1/models/large", model, { "if-none-match": "*" });
  await expectUnavailable(await putModel());
  // A contact that nobody has tried to write to is read as ever.
  expect((await collector.score(`anon:${quiet}`)).score).toBe(PRICING_POINTS);

  await disk.makeRoom(collector);
  for (const body of [...refused, ...refused]) {
    await until(
      () => collector.send(body),
      ({ status }) => status === 200,
    );
  }
  expect((await putModel()).status).toBe(201);
  for (const [visitor, times] of sent) {
    const { explain } = await collector.score(`anon:${visitor}`, "model=starter&explain=1");
    expect([visitor, explain?.[0]?.times]).toEqual([visitor, times]);
  }
  expect(sent.size).toBe(16);
  expect(collector.pid).toBe(pid);
});

/** The same whenever it is made for the same visitor and number. */
function batchOf(visitor: string, n: number): string {
  const event = { ...pageVisit(visitor, "/pricing"), messageId: `${visitor}-${n}` };
  return JSON.stringify({ writeKey: "wk_test", batch: [event] });
}

async function expectUnavailable(response: Response): Promise<void> {
  const body = (await response.json()) as { error?: { code: string; message: string } };
  expect([response.status, body.error?.code]).toEqual([503, "unavailable"]);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(body.error?.message).toContain("Send the same request again");
}
