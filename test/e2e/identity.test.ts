import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { backendOf } from "../support/backend-tokens.ts";
import { newVisitor, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector((own) => {
  collector = own;
});

const CONTACT_PATH = "/v1/contacts/";

async function contactOf(ref: string) {
  const response = await collector.read(CONTACT_PATH + encodeURIComponent(ref));
  return (await response.json()) as { contact: string; merged: { source: string }[] };
}

/** How a browser on the collector's own host sends. */
async function browse(anonymousId: string, more: object, headers: Record<string, string> = {}) {
  const event = {
    type: "page",
    anonymousId,
    messageId: newVisitor(),
    properties: { path: "/pricing" },
    ...more,
  };
  const response = await collector.send(
    { writeKey: WRITE_KEY, batch: [event] },
    { origin: collector.url, ...headers },
  );
  return {
    answer: (await response.json()) as { accepted: number; warnings?: { reason: string }[] },
    response,
  };
}

test("the snippet of docs/identity.md signs a token that merges", async () => {
  const docs = await readFile(new URL("../../docs/identity.md", import.meta.url), "utf8");
  const [, snippet = ""] = /```js\n(import \{ createHmac \}[\s\S]*?)```/.exec(docs) ?? [];
  const [, settings = ""] = /-d '(\{\n {2}"settings"[\s\S]*?\n\})'/.exec(docs) ?? [];
  const secret = "the-output-of-openssl-rand-base64-32-is-44==";
  const body = settings.replace(`'"$AFTERGLOW_TOKEN_SECRET"'`, secret);
  const set = await collector.request("PATCH", "/v1/sites/main", body);
  expect(set.status, await set.text()).toBe(200);
  process.env["AFTERGLOW_TOKEN_SECRET"] = secret;
  const made = (await import(`data:text/javascript,${encodeURIComponent(snippet)}`)) as {
    afterglowToken: (userId: string) => string;
  };
  const x = newVisitor();
  const token = made.afterglowToken("42");
  await browse(x, {});
  const { answer } = await browse(x, { type: "identify", userId: "42", context: { token } });
  expect([answer.accepted, answer.warnings]).toEqual([1, undefined]);
  expect(await contactOf(`anon:${x}`)).toMatchObject({
    contact: "user:42",
    merged: [{ source: `anon:${x}` }],
  });
  expect((await collector.score(`user:42`)).score).toBe(10);
});

test("tokens of Node's own crypto merge on real workerd, and all of it outlives a kill", async () => {
  const backend = await backendOf(collector);
  const [phone, laptop] = [newVisitor(), newVisitor()];
  for (const x of [phone, laptop]) {
    await browse(x, {});
    const { answer } = await browse(x, {
      type: "identify",
      userId: "ann",
      context: { token: backend.token("ann") },
    });
    expect(answer.warnings).toBeUndefined();
  }
  await collector.killAndRestart();
  expect((await contactOf(`anon:${laptop}`)).merged.map(({ source }) => source).toSorted()).toEqual(
    [`anon:${phone}`, `anon:${laptop}`].toSorted(),
  );
  const path = `${CONTACT_PATH}user:ann/split`;
  expect(await (await collector.request("POST", path, { source: `anon:${phone}` })).json()).toMatchObject({
    split: true,
  });
  await collector.killAndRestart();
  expect((await contactOf(`anon:${phone}`)).contact).toBe(`anon:${phone}`);
  expect((await contactOf(`anon:${laptop}`)).contact).toBe("user:ann");
});

test("the visitor's cookie is set once, and read again", async () => {
  const x = newVisitor();
  const { response } = await browse(x, {});
  const [cookie = "", ...more] = response.headers.get("set-cookie")?.split("; ") ?? [];
  expect(more).toEqual(["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]);
  expect((await browse(x, {}, { cookie })).response.headers.get("set-cookie")).toBeNull();
  const read = await fetch(`${collector.url}/v1/me/score?writeKey=${WRITE_KEY}`, { headers: { cookie } });
  expect(await read.json()).toMatchObject({ contact: `anon:${x}` });
});
