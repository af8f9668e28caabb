import { expect, test } from "vitest";

import { newVisitor, pageVisit, type TestCollector } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

test("what was acknowledged survives SIGKILL right after the answer, and a retry changes nothing", async () => {
  const sent = new Map<string, number>();
  for (let round = 1; round <= 5; round += 1) {
    const visitors = Array.from({ length: 8 }, newVisitor);
    const batches = visitors.map((visitor) =>
      Array.from({ length: round }, () => pageVisit(visitor, "/pricing")),
    );
    const answers = await Promise.all(batches.map((events) => collector.batch(events)));
    await collector.killAndRestart();
    answers.forEach((answer, i) => {
      expect(answer.accepted).toBe(round);
      sent.set(visitors[i] ?? "", round);
    });
    for (const events of batches) {
      expect(await collector.batch(events)).toMatchObject({ accepted: 0, duplicate: round });
    }
  }
  for (const [visitor, times] of sent) {
    expect((await collector.score(`anon:${visitor}`)).explain?.[0]?.times).toBe(times);
  }
});
