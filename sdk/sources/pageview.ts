import type { Properties, WireEvent } from "../events.ts";

/** The page a visitor is on. The query string stays behind: it holds what nobody asked for. */
export function currentPage(path: string): Properties {
  return { path, title: document.title, referrer: outsideReferrer() };
}

/** Where the visitor came from, without query, where that is another site. */
function outsideReferrer(): string | undefined {
  const [referrer = ""] = document.referrer.split("?");
  return referrer.split("/")[2] === location.host ? undefined : referrer;
}

/** The campaign parameters of the address, by Segment's names for them. */
export function campaign(): WireEvent["context"] {
  let found: Record<string, string> | undefined;
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key.startsWith("utm_")) (found ??= {})[key === "utm_campaign" ? "name" : key.slice(4)] = value;
  }
  return found && { campaign: found };
}
