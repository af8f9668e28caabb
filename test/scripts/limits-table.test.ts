import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { RATE_LIMITS } from "../../worker/domain/rate-limits.ts";

test("the limits are what docs/abuse.md says they are", () => {
  const guide = readFileSync(new URL("../../docs/abuse.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \|/gm)];
  const number = (text = "") => Number(text.replaceAll(",", ""));
  const told = rows.map(([, name = "", burst, perMinute]) => [
    name,
    { burst: number(burst), perMinute: number(perMinute) },
  ]);
  expect(Object.fromEntries(told)).toEqual(RATE_LIMITS);
});
