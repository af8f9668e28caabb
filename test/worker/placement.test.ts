import { expect, test } from "vitest";

import { elsewhere, placed } from "../../worker/placement.ts";
import { env } from "./new-contact.ts";

test("a deployment that names no jurisdiction has its objects where they have always been", () => {
  const plain = env.CONTACT.idFromName("anon:ann").toString();
  expect(placed(env.CONTACT, {}).idFromName("anon:ann").toString()).toBe(plain);
  expect(placed(env.CONTACT, { JURISDICTION: "" }).idFromName("anon:ann").toString()).toBe(plain);
});

test("an unknown one is refused, and the one there is is asked of the runtime", () => {
  expect(() => placed(env.CONTACT, { JURISDICTION: "mars" })).toThrow(
    'JURISDICTION is "eu" or not set, not "mars".',
  );
  // workerd has none, so that this is as far as it can be tried on a machine of one's own.
  expect(() => placed(env.CONTACT, { JURISDICTION: "eu" })).toThrow(/[Jj]urisdiction/);
  expect(elsewhere(env.CONTACT, {})).toBeUndefined();
  expect(elsewhere(env.CONTACT, { JURISDICTION: "eu" })).toBe(env.CONTACT);
});
