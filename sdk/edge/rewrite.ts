import { decodeHTMLStrict } from "entities";

import { chooseText, readCondition } from "./condition.ts";
import type { Lead } from "./lead.ts";

const SHOW = "data-afterglow-show";
const HIDE = "data-afterglow-hide";
const TEXT = "data-afterglow-text";

/**
 * Chooses what a page shows while it streams through. `show` is for those for whom its condition holds, and is taken out
 * for all others; `hide` is the other way round; `text` puts one of several texts in. Of what was not chosen, and of the
 * conditions, nothing leaves.
 */
export function choose(response: Response, lead: Lead | null): Response {
  const holds = (text: string) => lead !== null && readCondition(decodeHTMLStrict(text))(lead);
  return new HTMLRewriter()
    .on(`[${SHOW}]`, {
      element(element) {
        if (!holds(element.getAttribute(SHOW) ?? "")) return void element.remove();
        // So that the page may hide it where nobody has chosen.
        element.removeAttribute("hidden");
        element.removeAttribute(SHOW);
      },
    })
    .on(`[${HIDE}]`, {
      element(element) {
        if (holds(element.getAttribute(HIDE) ?? "")) element.remove();
        else element.removeAttribute(HIDE);
      },
    })
    .on(`[${TEXT}]`, {
      element(element) {
        const text = lead && chooseText(decodeHTMLStrict(element.getAttribute(TEXT) ?? ""), lead);
        element.removeAttribute(TEXT);
        if (typeof text === "string") element.setInnerContent(text);
      },
    })
    .transform(response);
}

const UTF_8 = /^text\/html(?:; ?charset="?utf-8"?)?$/i;

/** Whether the rewriter knows the charset of a page: it throws where it does not, and the runtime has the list. */
export function canRead(contentType: string): boolean {
  if (UTF_8.test(contentType)) return true;
  try {
    new HTMLRewriter().transform(new Response("", { headers: { "content-type": contentType } }));
    return true;
  } catch {
    return false;
  }
}
