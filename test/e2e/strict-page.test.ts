import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import type { TestBrowser } from "../support/browser.ts";
import { WRITE_KEY } from "../support/collector.ts";
import { visitsOfPage } from "../support/facts.ts";
import { untilRunning } from "../support/page-api.ts";
import { startSite } from "../support/site.ts";
import { eachWithBrowser, type WiredSite } from "../support/wired-site.ts";

let wired: WiredSite;
let browser: TestBrowser;
eachWithBrowser((site, own) => {
  wired = site;
  browser = own;
});

/** Opens a page with these parts and expects that it is counted, and that the browser has nothing to complain of. */
async function expectCounted(parts: Parameters<typeof startSite>[2], attributes = ""): Promise<string[]> {
  const site = await startSite(wired.relay.url, attributes, parts);
  try {
    const page = await browser.open();
    const problems: string[] = [];
    const files: string[] = [];
    page.on("pageerror", (problem) => problems.push(String(problem)));
    page.on("console", (message) => problems.push(message.text()));
    page.on("response", (response) => files.push(new URL(response.url()).pathname));
    await page.goto(`${site.url}/strict#/route`);
    await untilRunning(page);
    const visits = await visitsOfPage(wired.collector, page);
    expect(Object.values(visits)).toEqual([1]);
    expect(problems).toEqual([]);
    return files;
  } finally {
    await site.close();
  }
}

const ASKING = "data-hash-routes data-scroll-depth data-clicks";

test.each(["", ASKING])(
  "under a policy that allows the site's own scripts only, and with Trusted Types, it is counted (%s)",
  async (attributes) => {
    const policy = `default-src 'none'; script-src 'self'; connect-src ${wired.relay.url}; require-trusted-types-for 'script'; trusted-types 'none'`;
    const files = await expectCounted({ headers: { "content-security-policy": policy } }, attributes);
    expect(files.some((path) => path.startsWith("/afterglow-extras."))).toBe(attributes !== "");
  },
);

test("under a policy that allows scripts with a nonce only, the second file is allowed with the first", async () => {
  const policy = `default-src 'none'; script-src 'nonce-n0nce'; connect-src ${wired.relay.url}; require-trusted-types-for 'script'; trusted-types 'none'`;
  const files = await expectCounted(
    { headers: { "content-security-policy": policy } },
    `nonce="n0nce" ${ASKING}`,
  );
  expect(files.some((path) => path.startsWith("/afterglow-extras."))).toBe(true);
});

async function served(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(wired.collector.url + path, { headers });
  return { response, text: await response.text() };
}

/** The immutable address of the script, and what it is: as `npm start` prints them. */
async function immutable(path: string): Promise<[address: string, integrity: string]> {
  const { response, text } = await served(path);
  const hash = response.headers.get("etag")?.replaceAll('"', "") ?? "";
  const digest = createHash("sha384").update(text).digest("base64");
  return [path.replace(/\.js$/, `.${hash}.js`), `sha384-${digest}`];
}

test("from the collector itself the immutable script is taken with its integrity, and its extras with theirs", async () => {
  const [address, integrity] = await immutable("/afterglow.js");
  const { text } = await served("/afterglow.js");
  const extras = /afterglow-extras\.[0-9a-f]{12}\.js/.exec(text)?.[0] ?? "";
  const digest = createHash("sha384")
    .update((await served(`/${extras}`)).text)
    .digest("base64");
  const integrities = JSON.stringify({ integrity: { [`${wired.relay.url}/${extras}`]: `sha384-${digest}` } });
  const files = await expectCounted({
    head: `<script type="importmap">${integrities}</script>`,
    tag: `<script async src="${wired.relay.url}${address}" integrity="${integrity}" crossorigin="anonymous" data-write-key="${WRITE_KEY}" data-hash-routes></script>`,
  });
  expect(files).toEqual(expect.arrayContaining([address, `/${extras}`]));
});

test("the stable address is asked for anew within hours, the immutable ones never again", async () => {
  const stable = await served("/afterglow.js");
  expect(stable.response.headers.get("cache-control")).toBe(
    "public, max-age=3600, stale-while-revalidate=86400",
  );
  const etag = stable.response.headers.get("etag") ?? "";
  const again = await served("/afterglow.js", { "if-none-match": etag });
  expect([again.response.status, again.text]).toEqual([304, ""]);
  expect(again.response.headers.get("cache-control")).toBe(stable.response.headers.get("cache-control"));

  const [address] = await immutable("/afterglow.js");
  const extras = `/${/afterglow-extras\.[0-9a-f]{12}\.js/.exec(stable.text)?.[0]}`;
  for (const path of [address, extras]) {
    const { response } = await served(path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  }
  expect((await served(address)).text).toBe(stable.text);
});

test("a script of the build before finds the extras of this one, for an hour", async () => {
  const { response, text } = await served("/afterglow-extras.0123456789ab.js");
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("public, max-age=3600, stale-while-revalidate=86400");
  expect(text).toContain("export");
  expect((await served("/afterglow.0123456789ab.js")).response.status).toBe(404);
});
