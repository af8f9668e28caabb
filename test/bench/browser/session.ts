import type { Browser } from "playwright-core";

import { newVisitorPage, sleep } from "./chromium.ts";
import { EVENT } from "./event-cost.ts";
import type { Stand } from "./lab.ts";

export interface SessionRequests {
  readonly requests: number;
  readonly preflights: number;
  /** Hosts outside that the page asked for, in vain. */
  readonly outside: readonly string[];
}

const OWN_EVENTS = [EVENT, "PriceCompared", "BrochureOpened"];

/**
 * The scripted session: a page is loaded and read for 30 seconds, with a scroll every other second; three events of
 * the site's own follow, a second apart; a form is begun and, a second later, sent without leaving the page; the site
 * changes to another page without loading one, which is looked at for two seconds, and left.
 */
export async function sessionRequests(browser: Browser, stand: Stand): Promise<SessionRequests> {
  const { collector, peer } = stand;
  const before = { requests: collector.heard.length, preflights: collector.preflights() };
  const outside = new Set<string>();
  const page = await newVisitorPage(browser);
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") outside.add(hostname);
  });
  const tell = (name: string, properties: object) =>
    page.evaluate(`void (${peer?.track})(${JSON.stringify(name)}, ${JSON.stringify(properties)})`);

  await page.goto(stand.pageUrl, { waitUntil: "load" });
  for (let second = 0; second < 30; second += 2) {
    await page.mouse.move(300 + second, 300);
    await page.mouse.wheel(0, 120);
    await sleep(2_000);
  }
  for (const event of OWN_EVENTS) {
    await tell(event, { video: "tour" });
    await sleep(1_000);
  }
  await page.locator("input").pressSequentially("Example Company", { delay: 50 });
  if (!peer?.seesForms) await tell("FormStarted", { form: "sign-up" });
  await sleep(1_000);
  await page.locator("button").click();
  if (!peer?.seesForms) await tell("FormSubmitted", { form: "sign-up" });
  await sleep(1_000);
  await page.evaluate(() => {
    history.pushState({}, "", "second");
    document.title = "Another page";
  });
  if (peer?.visit) await page.evaluate(`void ${peer.visit}`);
  await sleep(2_000);
  await page.goto("about:blank");
  await sleep(2_000);
  await page.context().close();
  return {
    requests: collector.heard.length - before.requests,
    preflights: collector.preflights() - before.preflights,
    outside: [...outside],
  };
}
