import type { Notice } from "./events.ts";

/** Tells the page what happens to events, by a DOM event `afterglow` on the document. */
export function notify(type: Notice["type"], ids: Notice["ids"], more?: Omit<Notice, "type" | "ids">): void {
  document.dispatchEvent(new CustomEvent<Notice>("afterglow", { detail: { type, ids, ...more } }));
}
