import { readFileSync } from "node:fs";

/** What our script does with the events of a visit: when it makes a request, and of what. Times are in milliseconds. */
export interface Delivery {
  /** How long an event waits for others (`GATHER_MS` of sdk/queue.ts). */
  readonly gatherMs: number;
  /** Engaged time below is not told (`LEAST_ENGAGED_MS` of sdk/tracker.ts). */
  readonly leastEngagedMs: number;
  /**
   * Whether engaged time and what waits is held for the next page's first request where the visitor goes on within the
   * site, instead of being sent as the page ends.
   */
  readonly hold: boolean;
}

/** What the script does today. */
const HOLDS = true;

export const TODAY: Delivery = {
  gatherMs: constantOf("queue.ts", "GATHER_MS"),
  leastEngagedMs: constantOf("tracker.ts", "LEAST_ENGAGED_MS"),
  hold: HOLDS,
};

/** As it stands in the script's own source. */
function constantOf(file: string, name: string): number {
  const source = readFileSync(new URL(`../../sdk/${file}`, import.meta.url), "utf8");
  const digits = new RegExp(`^const ${name} = ([\\d_]+);`, "m").exec(source)?.[1];
  if (digits === undefined)
    throw new Error(`sdk/${file} has no constant ${name} any more: name the new one here`);
  return Number(digits.replaceAll("_", ""));
}

/** One loaded page. */
export interface PageView {
  readonly openedAt: number;
  /** When it is left; the visitor is busy with it until then. */
  readonly closedAt: number;
  /** When something else is tracked. */
  readonly acts: readonly number[];
  /** Which of them is a form that is sent: it waits for nothing, and takes along what does. */
  readonly urgent?: number | undefined;
}

/** An event by its page and its place in it: its visit, an act by its number, or the time engaged. */
export interface Told {
  readonly page: number;
  readonly what: "visit" | "engaged" | number;
  /** When it happened, as its timestamp says. */
  readonly at: number;
}

export interface Sent {
  readonly at: number;
  readonly events: readonly Told[];
  /** Events whose answer the page before could not hear: they are asked about. */
  readonly confirm: readonly Told[];
}

/** The requests that a visit's pages, one after the other, make. */
export function requestsOf(pages: readonly PageView[], delivery: Delivery): Sent[] {
  const sent: Sent[] = [];
  let held: readonly Told[] = [];
  let confirm: readonly Told[] = [];
  pages.forEach((page, nth) => {
    const visit: Told = { page: nth, what: "visit", at: page.openedAt };
    sent.push({ at: page.openedAt, events: [...held, visit], confirm });
    const { requests, rest } = whileOpen(page, nth, delivery);
    sent.push(...requests);
    const isOver = nth === pages.length - 1;
    held = delivery.hold && !isOver ? rest : [];
    confirm = delivery.hold && !isOver ? [] : rest;
    if (confirm.length > 0) sent.push({ at: page.closedAt, events: confirm, confirm: [] });
  });
  return sent;
}

/** What goes on its way after the visit and before the end, and what is left then. */
function whileOpen(page: PageView, nth: number, delivery: Delivery): { requests: Sent[]; rest: Told[] } {
  const { openedAt, closedAt, acts, urgent } = page;
  const requests: Sent[] = [];
  let waiting: Told[] = [];
  let flushAt: number | undefined;
  const flushUntil = (at: number) => {
    if (flushAt === undefined || flushAt > at) return;
    if (waiting.length > 0) requests.push({ at: flushAt, events: waiting, confirm: [] });
    waiting = [];
    flushAt = undefined;
  };
  acts.forEach((at, act) => {
    flushUntil(at);
    waiting.push({ page: nth, what: act, at });
    flushAt = act === urgent ? at : (flushAt ?? at + delivery.gatherMs);
    flushUntil(at);
  });
  flushUntil(closedAt);
  const isEngaged = closedAt - openedAt >= delivery.leastEngagedMs;
  const engaged: Told[] = isEngaged ? [{ page: nth, what: "engaged", at: closedAt }] : [];
  return { requests, rest: [...waiting, ...engaged] };
}
