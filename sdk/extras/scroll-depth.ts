import type { Extra } from "../extra.ts";
import { listen } from "../listen.ts";

const DEPTHS = [25, 50, 75, 100];

/**
 * Records `Page Scrolled` when a quarter, a half, three quarters and the end of a page have been seen, once each on
 * each page. A page that nobody scrolls tells nothing.
 */
export function scrollDepth(): Extra {
  return function watchScrolling({ track }, site, signal) {
    let path = "";
    let next = 0;

    function look(): void {
      if (path !== site.path()) {
        path = site.path();
        next = 0;
      }
      // When it scrolls, a page has its layout: nothing is worked out anew for this.
      const seen = (100 * (scrollY + innerHeight + 1)) / document.documentElement.scrollHeight;
      for (let depth = DEPTHS[next]; depth !== undefined && seen >= depth; depth = DEPTHS[next]) {
        // As a text: a number would not tell one depth from another.
        track("Page Scrolled", { path, depth: `${depth}%` });
        next += 1;
      }
    }

    listen("scroll", look, signal, document);
  };
}
