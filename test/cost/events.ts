import { formatSdkEventId } from "../../shared/event-id.ts";
import { randomOf } from "../support/random.ts";
import type { Told } from "./delivery.ts";
import type { Page, Visit } from "./traffic.ts";

/** Where the day that is replayed begins: far enough ahead that no real alarm goes off before its time. */
export const DAY_BEGINS = Date.UTC(2040, 2, 7);

/** As sdk/tracker.ts numbers events, and how soon it gives engaged time its number. */
const FIRST_SEQUENCE = 36 ** 3;
const FIRST_BEAT_MS = 15_000;

const FORM_EVENTS = ["Form Started", "Form Submitted"] as const;
const OWN_EVENTS = ["Video Played", "Brochure Opened"] as const;

/** The events of a visit as our script makes them. */
export function wireEvents(visit: Visit) {
  const anonymousId = visitorId(visit.visitor);
  const random = randomOf(visit.nth);
  const producers = visit.pages.map(() => randomText(random, 12));

  return (told: Told) => {
    const page = visit.pages[told.page] as Page;
    return {
      ...contentOf(visit, page, told),
      messageId: formatSdkEventId(producers[told.page] ?? "", FIRST_SEQUENCE + placeOf(page, told)),
      anonymousId,
      timestamp: new Date(DAY_BEGINS + told.at).toISOString(),
    };
  };
}

/** As long as the script makes it. */
function visitorId(visitor: number): string {
  return randomText(randomOf(-1 - visitor), 26);
}

function contentOf(visit: Visit, page: Page, { what, page: nth }: Told) {
  const title = `${page.path === "/" ? "Home" : page.path.slice(1)} – Example Company`;
  const referrer = nth === 0 && visit.referrer ? { referrer: visit.referrer } : {};
  const properties = { path: page.path, title, ...referrer };
  if (what === "visit") return { type: "page", properties };
  if (what === "engaged") {
    const active_ms = page.closedAt - page.openedAt;
    return { type: "track", event: "Page Engaged", properties: { ...properties, active_ms } };
  }
  if (!page.isForm) {
    return { type: "track", event: OWN_EVENTS[what], properties: { path: page.path, name: "tour" } };
  }
  return { type: "track", event: FORM_EVENTS[what], properties: { form: "request", path: page.path } };
}

/** The how manieth event of its page it is: what is engaged gets its number when it is first written down. */
function placeOf({ openedAt, closedAt, acts }: Page, { what }: Told): number {
  if (what === "visit") return 0;
  const beat = Math.min(closedAt, openedAt + FIRST_BEAT_MS);
  if (what === "engaged") return 1 + acts.filter((at) => at < beat).length;
  return 1 + what + ((acts[what] ?? 0) < beat ? 0 : 1);
}

function randomText(random: () => number, characters: number): string {
  return Array.from({ length: characters }, () => Math.floor(random() * 36).toString(36)).join("");
}
