import { DAY_MS } from "../../shared/day.ts";
import { randomOf } from "../support/random.ts";
import type { PageView } from "./delivery.ts";

/**
 * A day of a company's site. There is no recording of a real one that could be published; this is drawn from a seed, so
 * that it is the same in each run, with the shapes that web analytics agree on: half of all pages are left within the
 * median, a few are read for very long (log-normal), most visits are short and one in five is one page (geometric),
 * nights are quiet, and most visitors are new.
 */
export interface Traffic {
  readonly visits: number;
  readonly seed: number;
  /** The page views that the site has in a month: how close together its visits come, and so what isolates have to ask. */
  readonly monthly: number;
}

export const USUAL: Traffic = { visits: 200, seed: 1, monthly: 1_000_000 };

/** At what time of the day the replay begins, all of which has to lie on one day. */
const BEGINS_AT_MS = 8 * 3_600_000;
const MONTH_DAYS = 30;

const PAGES_PER_VISIT = 5;
const MAX_PAGES = 30;
const RETURNING = 0.4;
/** Of visitors who come back, how often they have been here in the month before, at most. */
const MAX_EARLIER = 3;
const EARLIER_DAYS = 30;
const MEDIAN_DWELL_MS = 40_000;
const DWELL_SPREAD = 1;
const [MIN_DWELL_MS, MAX_DWELL_MS] = [2_000, 20 * 60_000];
/** Between leaving a page and the next one's first code. */
const LOAD_MS = 1_000;
/** Crawlers that run scripts and say so. */
const BOT_VISITS = 0.02;

/** Of 24 hours how much of a day's traffic each has. */
const HOURS = [1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 8, 7, 8, 9, 9, 8, 7, 6, 5, 5, 4, 3, 2];

const PATHS = [
  "/", "/pricing", "/product", "/product/integrations", "/product/security", "/customers", "/customers/northwind",
  "/blog", "/blog/scoring-that-fades", "/blog/what-is-a-lead", "/docs", "/docs/start", "/docs/api", "/about",
  "/careers", "/contact", "/demo", "/webinar",
] as const; // oxfmt-ignore
/** Where two events of a page are a form that is begun and sent. */
const FORMS: ReadonlySet<string> = new Set(["/contact", "/demo", "/webinar", "/pricing"]);
const REFERRERS = [
  "https://www.google.com/",
  "https://www.linkedin.com/",
  "https://news.ycombinator.com/item",
  "",
];

export interface Page extends PageView {
  readonly path: string;
  readonly isForm: boolean;
}

export interface Visit {
  /** Which visitor's, and the how manieth of all visits: both are numbers from 0. */
  readonly visitor: number;
  readonly nth: number;
  readonly isBot: boolean;
  readonly referrer: string;
  readonly pages: readonly Page[];
}

/**
 * Visits before the day, of those who come back on it, and those of the day; in milliseconds from its beginning. Of the
 * day's visits of the site this is a part; it is drawn together until they come as close as all of them would, while
 * what happens within a visit takes its time.
 */
export function trafficOf({ visits, seed, monthly }: Traffic): {
  readonly before: Visit[];
  readonly day: Visit[];
} {
  const random = randomOf(seed);
  const part = Math.min(1, (visits * PAGES_PER_VISIT * MONTH_DAYS) / monthly);
  const before: Visit[] = [];
  const day: Visit[] = [];
  let nth = 0;
  for (let visitor = 0; visitor < visits; visitor += 1) {
    const isBot = random() < BOT_VISITS;
    const make = (startAt: number) => visitOf(random, visitor, (nth += 1), isBot, startAt);
    if (!isBot && random() < RETURNING) {
      const earlier = 1 + Math.floor(random() * MAX_EARLIER);
      for (let i = 0; i < earlier; i += 1) {
        const daysAgo = 1 + Math.floor(random() * EARLIER_DAYS);
        before.push(make(timeOfDay(random) - daysAgo * DAY_MS));
      }
    }
    day.push(make(BEGINS_AT_MS * (1 - part) + timeOfDay(random) * part));
  }
  return { before, day };
}

function visitOf(
  random: () => number,
  visitor: number,
  nth: number,
  isBot: boolean,
  startAt: number,
  count = isBot ? 1 : pagesOfVisit(random),
): Visit {
  const pages: Page[] = [];
  let openedAt = Math.round(startAt);
  for (let i = 0; i < count; i += 1) {
    const page = pageOf(random, openedAt);
    pages.push(page);
    openedAt = page.closedAt + LOAD_MS;
  }
  return { visitor, nth, isBot, referrer: pick(random, REFERRERS), pages };
}

/** Geometric: after each page the visit goes on as likely as before. */
function pagesOfVisit(random: () => number): number {
  return Math.min(MAX_PAGES, 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / PAGES_PER_VISIT)));
}

function pageOf(random: () => number, openedAt: number): Page {
  const path = pick(random, PATHS);
  const dwell = MEDIAN_DWELL_MS * Math.exp(DWELL_SPREAD * normal(random));
  const dwellMs = Math.round(Math.min(MAX_DWELL_MS, Math.max(MIN_DWELL_MS, dwell)));
  const acts = [random(), random()].map((share) => openedAt + Math.round(share * dwellMs));
  const isForm = FORMS.has(path);
  return {
    openedAt,
    closedAt: openedAt + dwellMs,
    path,
    isForm,
    // It is begun and sent.
    urgent: isForm ? 1 : undefined,
    acts: acts.toSorted((a, b) => a - b),
  };
}

/** Box and Muller's. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function timeOfDay(random: () => number): number {
  const all = HOURS.reduce((sum, weight) => sum + weight, 0);
  let left = random() * all;
  const hour = HOURS.findIndex((weight) => (left -= weight) < 0);
  return Math.floor((Math.max(0, hour) + random()) * (DAY_MS / 24));
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** One who comes back every third day, and looks at five pages each time. */
export function ordinaryContact({ seed }: Pick<Traffic, "seed">): Visit[] {
  const random = randomOf(seed);
  return Array.from({ length: 20 }, (_, nth) => {
    const startAt = nth * 3 * DAY_MS + timeOfDay(random) / 2;
    return visitOf(random, 0, nth, false, startAt, PAGES_PER_VISIT);
  });
}
