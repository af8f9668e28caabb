import { createIsbotFromList, isbot, isbotPatterns, list } from "isbot";

import { isTriedPage } from "./domain/tried-page.ts";

/**
 * What programs call themselves that send events from an app or a server. By isbot they are bots, as no browser says so;
 * here they are clients like any other, as Segment's are, and nothing they name is a visit of a page.
 */
const CLIENTS = [
  "node",
  "undici",
  "axios/1.7.2",
  "got (https://github.com/sindresorhus/got)",
  "curl/8.5.0",
  "Wget/1.21",
  "python-requests/2.31.0",
  "Python-urllib/3.12",
  "Go-http-client/1.1",
  "okhttp/4.12.0",
  "Java/17.0.1",
  "Apache-HttpClient/4.5.14 (Java/17.0.1)",
  "GuzzleHttp/7",
  "libwww-perl/6.67",
  "PostmanRuntime/7.36.0",
  "analytics-node/3.1.0",
  "my-app/1.0",
] as const;

let isNamedBot: ((userAgent: string) => boolean) | undefined;

/** By isbot's list without what it says of such clients. */
function isBotByName(userAgent: string): boolean {
  if (!isNamedBot) {
    const ofClients = new Set(CLIENTS.flatMap((client) => isbotPatterns(client)));
    isNamedBot = createIsbotFromList(list.filter((pattern) => !ofClients.has(pattern)));
  }
  return isNamedBot(userAgent);
}

/** A user agent comes again and again. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 2_000;
/** Longer ones are looked at each time. */
const MAX_KNOWN_CHARS = 512;

function isBotAgent(userAgent: string): boolean {
  const found = known.get(userAgent);
  if (found !== undefined) return found;
  // All browsers begin so, and all crawlers that run a page's scripts.
  const is = userAgent.startsWith("Mozilla/") ? isbot(userAgent) : isBotByName(userAgent);
  if (known.size >= MAX_KNOWN) known.clear();
  if (userAgent.length <= MAX_KNOWN_CHARS) known.set(userAgent, is);
  return is;
}

const HEADLESS = /headless/gi;

/**
 * Whether a request says that it is a crawler's, or a headless browser's that does not try a page of its own machine.
 * Only what says so is found: this keeps honest machines out of the contacts, and stops nobody.
 */
export function isBot(headers: Headers): boolean {
  const userAgent = headers.get("user-agent") ?? "";
  const hints = headers.get("sec-ch-ua") ?? "";
  if (!isTriedPage(headers.get("origin") ?? "")) return /headless/i.test(hints) || isBotAgent(userAgent);
  return isBotAgent(userAgent.replace(HEADLESS, ""));
}
