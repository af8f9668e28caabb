import { expect, test } from "vitest";

import { backend, browse, describeOf, named, siteWithTokens, visit } from "./people.ts";

test("an alias that names nobody is told what it lacks, and one of a user with itself makes nobody up", async () => {
  const site = await siteWithTokens("aliases");
  const [u, x] = [named("ann"), named("same")];
  const alias = (previousId: unknown, userId: string) =>
    backend(site, { type: "alias", messageId: named("m"), previousId, userId });
  for (const [previousId, reason] of [
    [undefined, "missing_previous_id"],
    ["", "missing_previous_id"],
    [{ id: u }, "invalid_id"],
    ["a\nb", "invalid_id"],
  ] as const) {
    expect((await alias(previousId, u)).body).toMatchObject({ accepted: 0, rejected: [{ reason }] });
  }
  expect((await alias(u, u)).body).toMatchObject({ accepted: 1, rejected: [] });
  expect(await describeOf(site, `user:${u}`)).toMatchObject({ merged: [] });
  expect((await describeOf(site, `anon:${u}`)).status).toBe(404);
  // A visitor that has been there under the user's own id is one that can be merged.
  await browse(site, visit(x, "/a"));
  await alias(x, x);
  expect(await describeOf(site, `anon:${x}`)).toMatchObject({ contact: `user:${x}` });
});
