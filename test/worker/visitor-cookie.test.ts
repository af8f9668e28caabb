import { expect, test } from "vitest";

import { visitorText } from "../../worker/domain/visitor-cookie.ts";
import { macOfText } from "../../worker/signatures.ts";
import { named } from "./people.ts";
import { beacon, env, newSite, page, send } from "./two-sites.ts";

const OWN = { origin: "https://collector" };
const DAY_S = 86_400;

function visitor(): string {
  return named("abcdefghijklmnopqrstuvwxyz");
}

async function cookieOf(id: string, site = "main"): Promise<string> {
  const name = site === "main" ? "afterglow_vid" : `afterglow_vid_${site}`;
  return `${name}=${id}.${await macOfText(visitorText(site, id), env.SIGNING_KEY ?? "")}`;
}

function setBy(headers: Headers): string {
  return headers.get("set-cookie") ?? "";
}

test("a page on the collector's own host is given its visitor's id in a cookie that scripts cannot touch, once", async () => {
  const x = visitor();
  const first = await beacon("wk_test", [page(x, "/pricing")], OWN);
  const set = setBy(first.headers);
  expect(set).toBe(`${await cookieOf(x)}; Path=/; Max-Age=${365 * DAY_S}; HttpOnly; SameSite=Lax; Secure`);
  const [cookie = ""] = set.split(";");
  const again = await beacon("wk_test", [page(x, "/docs")], { ...OWN, cookie: `a=b; ${cookie}; c=d` });
  expect([again.body["accepted"], setBy(again.headers)]).toEqual([1, ""]);
  // Plain HTTP, as on localhost, has no secure cookies.
  const plain = await beacon("wk_test", [page(x, "/docs")], { origin: "http://collector" });
  expect(setBy(plain.headers)).toMatch(/HttpOnly; SameSite=Lax$/);
  // Another visitor of the same browser, as after reset().
  const y = visitor();
  const other = await beacon("wk_test", [page(y, "/")], { ...OWN, cookie });
  expect(setBy(other.headers)).toContain(await cookieOf(y));
});

test("nobody else gets it, and no id that can be guessed is signed", async () => {
  const x = visitor();
  const answers = await Promise.all([
    beacon("wk_test", [page(x, "/")], { origin: "https://www.shop.example" }),
    beacon("wk_test", [page(x, "/")], { origin: "https://collector.evil.example" }),
    beacon("wk_test", [page(x, "/")], { origin: "https://collector:8443" }),
    beacon("wk_test", [page(x, "/")], { origin: "null" }),
    beacon("wk_test", [page(x, "/")]),
    beacon("wk_test", [page("visitor-1", "/")], OWN),
    beacon("wk_test", [page(`${x};path=/`, "/")], OWN),
    beacon("wk_test", [page(visitor(), "/"), page(visitor(), "/")], OWN),
    beacon("sk_test", [page(x, "/")], OWN),
  ]);
  expect(answers.map(({ status, headers }) => [status, setBy(headers)])).toEqual(
    answers.map(() => [200, ""]),
  );
});

test("it stands in where no visitor is named, and never moves an event from the one that is", async () => {
  const [x, y] = [visitor(), visitor()];
  const cookie = await cookieOf(x);
  const nameless = { ...page("", "/pricing"), anonymousId: undefined };
  const queued = page(y, "/pricing");
  expect((await beacon("wk_test", [nameless, queued], { ...OWN, cookie })).body).toMatchObject({
    accepted: 2,
  });
  // Sent again without the cookie, it is where it was.
  expect((await beacon("wk_test", [queued], OWN)).body).toMatchObject({ accepted: 0, duplicate: 1 });
  const score = (query: string, headers: Record<string, string>) =>
    send("GET", `/v1/me/score?writeKey=wk_test${query}`, { headers });
  expect((await score("", { cookie })).body).toMatchObject({ contact: `anon:${x}`, score: 10 });
  expect((await score("", { cookie, "sec-fetch-site": "same-origin" })).body["contact"]).toBe(`anon:${x}`);
  expect((await score(`&anonymousId=${y}`, { cookie })).body["contact"]).toBe(`anon:${y}`);
});

test("a forged one, and one that another page makes the browser send, is none", async () => {
  const x = visitor();
  await beacon("wk_test", [page(x, "/")], OWN);
  const shop = await newSite("cookie-shop");
  const good = await cookieOf(x);
  const mac = good.split(".")[1] ?? "";
  const nameless = { ...page("", "/"), anonymousId: undefined };
  for (const [cookie, headers] of [
    [`afterglow_vid=${x}.${"A".repeat(24)}`, OWN],
    [`afterglow_vid=${visitor()}.${mac}`, OWN],
    [`afterglow_vid=${x}`, OWN],
    [`afterglow_vid=${x}.${mac}x`, OWN],
    [`afterglow_vid=.${mac}`, OWN],
    // Signed for another site.
    [await cookieOf(x, shop.id), OWN],
    [(await cookieOf(x, shop.id)).replace(`_${shop.id}`, ""), OWN],
    [good, { origin: "https://www.shop.example" }],
    [good, { "sec-fetch-site": "cross-site" }],
    [good, { "sec-fetch-site": "same-site" }],
  ] as const) {
    const read = await send("GET", "/v1/me/score?writeKey=wk_test", { headers: { ...headers, cookie } });
    expect([cookie, read.code]).toEqual([cookie, "missing_visitor"]);
    const sent = await beacon("wk_test", [nameless], { ...headers, cookie });
    expect(sent.body).toMatchObject({ accepted: 0, rejected: [{ reason: "unverified_user" }] });
  }
  // One that another host of the domain has put before it hides none.
  for (const before of [`afterglow_vid=${visitor()}.${mac}`, "afterglow_vid=none", "afterglow_vid="]) {
    const headers = { ...OWN, cookie: `${before}; ${good}` };
    const read = await send("GET", "/v1/me/score?writeKey=wk_test", { headers });
    expect([before, read.body["contact"]]).toEqual([before, `anon:${x}`]);
  }
  // A forged one is replaced by one that holds.
  const replaced = await beacon("wk_test", [page(x, "/a")], {
    ...OWN,
    cookie: `afterglow_vid=${x}.${"A".repeat(24)}`,
  });
  expect(setBy(replaced.headers)).toContain(good);
  // Each site has its own.
  expect(
    (await send("GET", `/v1/me/score?writeKey=${shop.writeKey}`, { headers: { cookie: good } })).code,
  ).toBe("missing_visitor");
});
