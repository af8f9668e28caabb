import type { Extra } from "../extra.ts";
import { listen } from "../listen.ts";

export type ClickKind = "marked" | "outbound" | "downloads";

const KINDS: readonly ClickKind[] = ["marked", "outbound", "downloads"];
const PROPERTY = "data-afterglow-prop-";
const FILE =
  /\.(?:7z|apk|avi|csv|dmg|docx?|epub|exe|gz|iso|jar|key|mov|mp[34]|msi|ods|odt|pdf|pkg|pptx?|rar|rtf|tar|tgz|txt|wav|xlsx?|zip)$/i;

/**
 * Records clicks: on an element with `data-afterglow-event="Name"` the event of that name, with its
 * `data-afterglow-prop-*` as properties; on a link to another host `Outbound Link Clicked`; on one to a file
 * `File Downloaded`. Addresses without query.
 */
export function clicks(kinds: readonly ClickKind[] = KINDS): Extra {
  return function watchClicks({ track }, site, signal) {
    function heed(event: Event): void {
      const elements = event.composedPath().filter((node) => node instanceof Element);
      const marked = elements.find((element) => element.getAttribute("data-afterglow-event"));
      if (marked && kinds.includes("marked")) {
        const own = [...marked.attributes].filter(({ name }) => name.startsWith(PROPERTY));
        const properties = own.map(({ name, value }) => [
          name.slice(PROPERTY.length).replaceAll("-", "_"),
          value,
        ]);
        track(marked.getAttribute("data-afterglow-event") ?? "", {
          path: site.path(),
          ...Object.fromEntries(properties),
        });
      }
      const link = elements.find((element) => element.matches("a[href], area[href]"));
      if (!(link instanceof HTMLAnchorElement || link instanceof HTMLAreaElement)) return;
      const { protocol, origin, host, pathname } = new URL(link.href);
      if (!protocol.startsWith("http")) return;
      if (link.hasAttribute("download") || FILE.test(pathname)) {
        if (kinds.includes("downloads")) track("File Downloaded", { file: pathname, path: site.path() });
      } else if (host !== location.host && kinds.includes("outbound")) {
        track("Outbound Link Clicked", { url: origin + pathname, path: site.path() });
      }
    }

    listen("click", heed, signal);
    // The middle button opens a link, too.
    listen("auxclick", (event) => (event as MouseEvent).button === 1 && heed(event), signal);
  };
}
