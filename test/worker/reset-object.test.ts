import { runInDurableObject } from "cloudflare:test";
import { env as bindings, exports } from "cloudflare:workers";
import { expect, test } from "vitest";

import type { Env } from "../../worker/env.ts";

const env = bindings as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;

const VISITOR = "moved-to-another-machine";

function send(n: number) {
  const event = { type: "page", anonymousId: VISITOR, messageId: `m-${n}`, properties: { path: "/pricing" } };
  const body = JSON.stringify({ writeKey: "wk_test", batch: [event] });
  return worker.fetch("http://site/v1/batch", { method: "POST", body });
}

test("events under way to an object that is thrown away are asked for again, and count once", async () => {
  expect((await send(0)).status).toBe(200);
  // A new one each time: after an object was thrown away under it, one works no more.
  const contact = () => env.CONTACT.getByName(`anon:${VISITOR}`);
  const numbers: number[] = [];
  const refused: Response[] = [];
  // As Cloudflare does when it moves an object, updates the code, or has too little memory. Until some are caught in it.
  while (refused.length === 0) {
    const sending = Array.from({ length: 20 }, () => send(numbers.push(numbers.length + 1)));
    await runInDurableObject(contact(), (_, state) => state.abort("moved")).catch(() => undefined);
    for (const response of await Promise.all(sending)) if (response.status !== 200) refused.push(response);
  }
  for (const response of refused) {
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await response.json()).toMatchObject({ error: { code: "unavailable" } });
  }
  for (const n of [0, ...numbers]) expect((await send(n)).status).toBe(200);
  const reading = await contact().timeline();
  const { days } = JSON.parse("text" in reading ? reading.text : "null") as {
    days: { facts: { event: string; count: number }[] }[];
  };
  const pages = days.flatMap(({ facts }) => facts).filter(({ event }) => event === "page");
  expect(pages).toMatchObject([{ count: 1 + numbers.length }]);
});
