import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { newBrowser, type TestBrowser, visitorOf } from "../support/browser.ts";
import { SECRET_KEY, startTestCollector, type TestCollector } from "../support/collector.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

let collector: TestCollector;
let visitors: TestBrowser;
let sales: TestBrowser;
/** A tool of the site's own, on another host than the collector. */
let tool: Receiver;
beforeAll(async () => {
  collector = await startTestCollector();
  tool = await startReceiver(() => ({ headers: { "content-type": "text/html" }, body: BOARD }));
  [visitors, sales] = [await newBrowser(), await newBrowser()];
});
afterAll(async () => {
  await visitors.dispose();
  await sales.dispose();
  await tool.close();
  await collector.close();
});

/** A list of contacts, hottest first, that knows only what the WebSocket says. */
const BOARD = `<!doctype html><title>Who is hot</title><ol id="board"></ol><script>
  const [address, key] = location.hash.slice(1).split("&").map(decodeURIComponent);
  const scores = new Map();
  const live = new WebSocket(address, ["afterglow", "key." + key]);
  live.onmessage = ({ data }) => {
    const { type, contact, score, band } = JSON.parse(data);
    if (type === "watching") document.title = "Watching";
    if (type === "unlisted") scores.delete(contact);
    if (type === "contact") scores.set(contact, [score, band]);
    const rows = [...scores].sort(([, [a]], [, [b]]) => b - a);
    document.getElementById("board").innerText = rows.map(([who, [points, in_]]) => who + " " + points + " " + in_).join("\\n");
  };
</script>`;

/** Waits until the board says so, by the page's own changes. */
async function boardSays(page: Page, ...lines: readonly string[]): Promise<void> {
  await page.waitForFunction(
    (text) => document.getElementById("board")?.innerText === text,
    lines.join("\n"),
  );
}

test("a visit to Pricing in one browser moves the row in another that watches, and nothing is asked again and again", async () => {
  await collector.putModel("starter", {
    name: "Live",
    pages: { "/demo/": 5, "/demo/pricing": 30, "/docs": 20 },
    bands: { hot: 30, warm: 10, cold: null },
  });
  const board = await sales.open();
  const asked: string[] = [];
  board.on("websocket", (socket) => asked.push(socket.url()));
  board.on("request", (request) => asked.push(request.url()));
  const live = `${collector.url.replace("http", "ws")}/v1/contacts/live`;
  await board.goto(`${tool.url}/#${[live, SECRET_KEY].map(encodeURIComponent).join("&")}`);
  await board.waitForFunction(() => document.title === "Watching");
  const opened = asked.filter((url) => url.startsWith(live));
  expect(opened).toEqual([live]);
  const before = asked.length;

  await collector.batch([
    { type: "page", messageId: "r1", anonymousId: "a-reader-of-docs", properties: { path: "/docs" } },
  ]);
  const reader = "anon:a-reader-of-docs 20 warm";
  await boardSays(board, reader);
  const page = await visitors.open();
  await page.goto(`${collector.url}/demo/`);
  const visitor = await visitorOf(page);
  await boardSays(board, reader, `anon:${visitor} 5 cold`);
  await page.getByRole("link", { name: "Pricing" }).first().click();
  await page.waitForURL("**/demo/pricing");
  await boardSays(board, `anon:${visitor} 35 hot`, reader);
  expect(asked.slice(before)).toEqual([]);
});
