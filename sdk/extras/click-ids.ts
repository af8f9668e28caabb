import type { Notice } from "../events.ts";
import type { Extra } from "../extra.ts";
import { listen } from "../listen.ts";

/** What the networks add to the address of an advertisement's target. */
const NAMES = [
  "gclid",
  "gbraid",
  "wbraid",
  "dclid",
  "fbclid",
  "msclkid",
  "ttclid",
  "twclid",
  "li_fat_id",
  "yclid",
];

/** Keeps the click ids of the address a visitor came by as traits of theirs, when the visit is recorded. */
export function clickIds(): Extra {
  return function keepClickIds({ identify }, _site, signal) {
    const query = new URLSearchParams(location.search);
    const entries = NAMES.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : []));
    let isTold = entries.length === 0;

    function heed(event: Event): void {
      // Not before there is a visit: it may wait for consent.
      if (isTold || (event as CustomEvent<Notice>).detail.event?.type !== "page") return;
      isTold = true;
      identify(undefined, Object.fromEntries(entries));
    }

    listen("afterglow", heed, signal);
  };
}
