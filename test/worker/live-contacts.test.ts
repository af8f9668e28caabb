import { expect, test } from "vitest";

import { createLiveContacts } from "../../worker/live-contacts.ts";

test("so many contacts are admitted at a time, and others when one has not been asked for 12 seconds", () => {
  const live = createLiveContacts(2);
  expect([live.admit("ann", 0), live.admit("bob", 1_000), live.admit("cy", 2_000)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(live.admit("ann", 3_000)).toBe(true);
  expect(live.admit("cy", 12_999)).toBe(false);
  expect(live.admit("cy", 13_000)).toBe(true);
  // Ann was asked at 3 s, Bob has had to go.
  expect([live.admit("bob", 14_999), live.admit("bob", 15_000), live.admit("ann", 15_001)]).toEqual([
    false,
    true,
    false,
  ]);
});
