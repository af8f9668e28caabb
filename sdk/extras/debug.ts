import type { IngestAnswer } from "../../shared/wire.ts";
import type { Notice, WireEvent } from "../events.ts";
import type { Extra } from "../extra.ts";
import { listen } from "../listen.ts";

const WHY: Readonly<Record<string, string>> = {
  unsendable: "it cannot be written as JSON (a circle, a BigInt), or is longer than 16,000 characters.",
  "": "the collector answered 400 or 413: it will never take this.",
};

const WITHHELD =
  'consent is not granted (a browser that sends Global Privacy Control or Do Not Track counts as denied), or the tracker is stopped. Nothing is stored or sent until afterglow.consent("granted").';

/** Explains in the console what is kept and sent, why something is not, and what the collector answers. */
export function debug(): Extra {
  return function explain(tracker, _site, signal) {
    /** What the events that this page has seen are, by id. */
    const names = new Map<string, string>();
    const listed = (ids: readonly string[]) =>
      ids.map((id) => names.get(id) ?? `${id} (of an earlier page)`).join(", ");
    let notices = 0;

    function heed(event: Event): void {
      const { type, ids, event: kept, reason = "", answer } = (event as CustomEvent<Notice>).detail;
      notices += 1;
      if (type === "queued" && kept) {
        names.set(kept.messageId, nameOf(kept));
        say(`kept: ${nameOf(kept)}`, kept);
      } else if (type === "sent") say(`sent: ${listed(ids)}`);
      else if (type === "failed") say(`not delivered (${reason}), kept and sent again later: ${listed(ids)}`);
      else if (type === "rejected")
        say(`not recorded: ${reason ? "an event" : listed(ids)}: ${WHY[reason] ?? reason}`);
      else if (type === "acked") say(`done: ${listed(ids)}. ${answer ? told(answer) : ""}`, answer);
    }

    /** A call of which nothing is heard has found no consent. */
    function heard<Args extends readonly unknown[]>(name: string, call: (...args: Args) => void) {
      return (...args: Args) => {
        const before = notices;
        call(...args);
        // A page that is made in advance is recorded when it is shown.
        const isWaiting = (document as { prerendering?: boolean }).prerendering;
        if (notices === before && !isWaiting) say(`not recorded: ${name}: ${WITHHELD}`, ...args);
      };
    }

    listen("afterglow", heed, signal);
    const { page, track, identify } = tracker;
    tracker.page = heard("page", page);
    tracker.track = heard("track", track);
    tracker.identify = heard("identify", identify);
    say("debug mode is on");
  };
}

function nameOf({ type, event, properties }: WireEvent): string {
  const path = properties?.["path"];
  return (event ?? type) + (typeof path === "string" ? ` ${path}` : "");
}

function told({ accepted, duplicate, rejected, warnings = [], snapshot }: IngestAnswer): string {
  const score = snapshot
    ? ` Score ${snapshot.score}, band ${snapshot.band ?? "none"} (${snapshot.model}).`
    : "";
  const problems = [...rejected, ...warnings].map(({ reason, message }) => ` ${reason}: ${message}`).join("");
  return `The collector counted ${accepted}, knew ${duplicate}, refused ${rejected.length}.${score}${problems}`;
}

function say(...texts: readonly unknown[]): void {
  // The one place that speaks, since its owner asked for it.
  // oxlint-disable-next-line no-console
  console.info("[afterglow]", ...texts);
}
