import { expect, test } from "vitest";

import { compare, linesOf } from "../bench/compare.ts";
import type { Load } from "../bench/load.ts";

function contender(name: string, events: number, rates: readonly number[], asked: string[]) {
  const left = [...rates];
  return {
    name,
    events,
    sample(): Promise<Load> {
      asked.push(name);
      return Promise.resolve({ requestsPerSecond: left.shift() ?? NaN, p50: 1, p99: 2, cpuUs: 3, failed: 0 });
    },
  };
}

test("each sample of ours lies between two of all others, and is held against their mean, by request and by event", async () => {
  const asked: string[] = [];
  const ours = contender("ours", 4, [100, 90], asked);
  const others = [contender("bare", 4, [90, 110, 70], asked), contender("single", 1, [200, 200, 200], asked)];
  const compared = await compare(ours, others, 2);
  expect(asked).toEqual(["bare", "single", "ours", "bare", "single", "ours", "bare", "single"]);
  expect(compared.map(({ byRequest, byEvent }) => [byRequest, byEvent])).toEqual([
    [[], []],
    [
      [1, 1],
      [1, 1],
    ],
    [
      [0.5, 0.45],
      [2, 1.8],
    ],
  ]);
  const lines = linesOf("Ingest", compared).join("\n");
  expect(lines).toContain(
    "ours ÷ single 0.50 (0.45 to 0.50) by the request, 2.00 (1.80 to 2.00) by the event",
  );
  expect(lines).toContain("bare       90 requests/s     360 events/s");
});
