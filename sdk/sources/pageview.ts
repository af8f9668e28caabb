import type { Properties, WireEvent } from "../events.ts";

/** The page a visitor is on. The query string stays behind: it holds what nobody asked for. */
export function currentPage(): Properties {
  const page = { path: location.pathname, title: document.title };
  const referrer = outsideReferrer();
  return referrer ? { ...page, referrer } : page;
}

/** Where the visitor came from, without query, where that is another site. */
function outsideReferrer(): string {
  try {
    const url = new URL(document.referrer);
    return url.host === location.host ? "" : url.origin + url.pathname;
  } catch {
    return "";
  }
}

/** The campaign parameters of the address, by Segment's names for them. */
export function campaign(): WireEvent["context"] {
  const found: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key.startsWith("utm_")) found[key === "utm_campaign" ? "name" : key.slice(4)] = value;
  }
  return Object.keys(found).length > 0 ? { campaign: found } : undefined;
}
