import { expect, test } from "vitest";

import { backend, browse, identify, named, siteWithTokens, split, token, visit } from "./people.ts";
import { send } from "./two-sites.ts";

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown;

test("a contact's timeline tells who it was claimed to be, and what was merged into it, newest first", async () => {
  const site = await siteWithTokens("timeline-identity");
  const [x, y, u, bob] = [named("visitor"), named("visitor"), named("ann"), named("bob")];
  const identityOf = async (ref: string) =>
    (await send("GET", `/v1/contacts/${ref}/timeline`, { key: site.secretKey })).body["identity"];
  await browse(site, visit(x, "/pricing"));
  expect(await identityOf(`anon:${x}`)).toEqual([]);
  await browse(site, { ...identify(x, bob), timestamp: new Date(Date.now() - 60_000).toISOString() });
  const claimed = { kind: "claimed", at: ISO, last: ISO, source: `anon:${x}`, user: `user:${bob}` };
  expect(await identityOf(`anon:${x}`)).toEqual([claimed]);
  await browse(site, identify(x, u, await token(site, u)));
  await backend(site, { type: "identify", messageId: named("m"), userId: u, anonymousId: y });
  const merged = (z: string) => ({ kind: "merged", at: ISO, source: `anon:${z}`, into: `user:${u}` });
  const told = await identityOf(`user:${u}`);
  expect(told).toEqual([merged(y), merged(x), claimed]);
  expect(await identityOf(`anon:${x}`)).toEqual(told);
  await split(site, `user:${u}`, `anon:${x}`);
  expect(await identityOf(`user:${u}`)).toEqual([merged(y)]);
});
