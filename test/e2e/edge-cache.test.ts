import { Agent, interceptors, request } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type EdgeSite, startEdgeSite } from "../support/edge.ts";

/** A cache by RFC 9111 that all visitors share, as a CDN's or a company's: undici's own. */
const sharedCache = new Agent().compose(interceptors.cache({ type: "shared" }));

let site: EdgeSite;
beforeAll(async () => {
  site = await startEdgeSite();
});
afterAll(async () => {
  await sharedCache.close();
  await site.close();
});

const PAGE = `<p data-afterglow-show="band:hot">hot</p><p data-afterglow-show="band:warm">warm</p>
<p data-afterglow-hide="band:hot|warm">anybody</p>`;
/** All that an origin may say to have its page kept by everybody. */
const KEEP = {
  "content-type": "text/html",
  "cache-control": "public, max-age=600, s-maxage=600, stale-while-revalidate=600",
  expires: "Fri, 31 Dec 2100 00:00:00 GMT",
  "last-modified": "Mon, 02 Nov 2026 10:00:00 GMT",
  age: "1",
  etag: '"page"',
};

let asked = 0;

async function read(url: string, cookie?: string, headers: Record<string, string> = {}) {
  const answer = await request(url, {
    dispatcher: sharedCache,
    headers: { ...(cookie === undefined ? {} : { cookie }), ...headers },
  });
  const { etag, age } = answer.headers;
  return { status: answer.statusCode, text: await answer.body.text(), etag: String(etag), age };
}

const words = (text: string) => [...text.matchAll(/>(\w+)</g)].map(([, word]) => word);

test("one visitor never gets another's variant through a cache that all share", async () => {
  site.answer((_, response) => {
    asked += 1;
    response.writeHead(200, KEEP).end(PAGE);
  });
  // It is a cache: the original is kept, and handed to everybody.
  for (let n = 0; n < 3; n += 1) await read(`${site.originUrl}/page/`);
  expect(asked).toBe(1);

  const pricing = (count: number) => Array.from({ length: count }, (_, n) => `/pricing/${n}`);
  const people = [
    { cookie: await site.visit("edge-cache-hot-00000000000001", ...pricing(6)), sees: ["hot"] },
    { cookie: await site.visit("edge-cache-warm-0000000000001", ...pricing(3)), sees: ["warm"] },
    { cookie: await site.visit("edge-cache-cold-0000000000001", "/"), sees: ["anybody"] },
    { cookie: undefined, sees: ["anybody"] },
  ];
  const tags = new Map<string, string[]>();
  // Each after each other one, and all at once; with what they have been given before, and with what others have.
  for (const first of people) {
    for (const second of people) {
      for (const { cookie, sees } of [first, second]) {
        const answer = await read(`${site.url}/page/`, cookie);
        expect([answer.status, words(answer.text)]).toEqual([200, sees]);
        expect(answer.age).toBe(undefined);
        tags.set(answer.etag, sees);
      }
      const both = await Promise.all(
        [first, second, first].map(({ cookie }) => read(`${site.url}/page/`, cookie)),
      );
      expect(both.map(({ text }) => words(text))).toEqual([first.sees, second.sees, first.sees]);
    }
  }
  expect([...tags.values()].map(String).toSorted()).toEqual(["anybody", "anybody", "hot", "warm"]);
  for (const [tag, seen] of tags) {
    for (const { cookie, sees } of people) {
      const answer = await read(`${site.url}/page/`, cookie, { "if-none-match": tag });
      if (answer.status === 304) expect([answer.text, seen, answer.etag]).toEqual(["", sees, tag]);
      else expect([answer.status, words(answer.text)]).toEqual([200, sees]);
    }
  }
});
