import { expect, test } from "vitest";

import { isBot } from "../../worker/bots.ts";
import { isTriedPage } from "../../worker/domain/tried-page.ts";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";
const HEADLESS = CHROME.replace("Chrome/", "HeadlessChrome/");
const GOOGLEBOT =
  "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/147.0.0.0 Safari/537.36";

const headers = (userAgent: string, more: Record<string, string> = {}) =>
  new Headers({ "user-agent": userAgent, ...more });

test("crawlers and headless browsers are told by what they say of themselves", () => {
  for (const userAgent of [
    HEADLESS,
    GOOGLEBOT,
    "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119 Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
  ]) {
    expect([userAgent, isBot(headers(userAgent))]).toEqual([userAgent, true]);
  }
  const hints = { "sec-ch-ua": '"HeadlessChrome";v="147", "Chromium";v="147", "Not-A.Brand";v="8"' };
  expect(isBot(headers(CHROME, hints))).toBe(true);
});

test("people's browsers are none, nor are the programs of apps and servers", () => {
  for (const userAgent of [
    CHROME,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36",
    "node",
    "curl/8.14.1",
    "python-requests/2.32.4",
    "okhttp/5.1.0",
    "analytics-node/3.1.0",
    "Go-http-client/2.0",
    "shop-backend/2.4",
    "",
  ]) {
    expect([userAgent, isBot(headers(userAgent))]).toEqual([userAgent, false]);
  }
  expect(isBot(new Headers())).toBe(false);
});

test("a headless browser on a page of its own machine is that of its developer; a crawler never is", () => {
  const hints = { "sec-ch-ua": '"HeadlessChrome";v="147"' };
  for (const origin of [
    "http://localhost:3000",
    "https://localhost",
    "http://127.0.0.1:8787",
    "http://[::1]:80",
    "http://shop.localhost:5173",
    "https://shop.test",
  ]) {
    expect([origin, isTriedPage(origin)]).toEqual([origin, true]);
    expect(isBot(headers(HEADLESS, { origin, ...hints }))).toBe(false);
    expect(isBot(headers(GOOGLEBOT, { origin }))).toBe(true);
  }
  for (const origin of [
    "https://www.example.com",
    "https://localhost.evil.example",
    "https://127.0.0.1.evil.example",
    "https://evil.example:80/.test",
    "https://test",
    "file://localhost",
    "null",
    "",
  ]) {
    expect([origin, isTriedPage(origin)]).toEqual([origin, false]);
    expect(isBot(headers(HEADLESS, { origin }))).toBe(true);
  }
});
