import { afterAll, beforeAll } from "vitest";

import { startTestCollector, type TestCollector } from "./collector.ts";

/** One collector for all stories of a file; `begin` is given it, and may put into it what is there before they are told. */
export function withCollector(
  begin: (collector: TestCollector) => unknown,
  limits?: Parameters<typeof startTestCollector>[0],
): void {
  let own: TestCollector | undefined;
  beforeAll(async () => {
    own = await startTestCollector(limits);
    await begin(own);
  });
  afterAll(() => own?.close());
}
