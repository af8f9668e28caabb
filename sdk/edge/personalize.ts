import { type Lead, variantOf } from "./lead.ts";
import { canRead, choose } from "./rewrite.ts";

/** What else may tell a cache to keep a page, or a browser that it has it. */
const OF_THE_ORIGINAL = [
  "age",
  "expires",
  "pragma",
  "last-modified",
  "content-length",
  "content-md5",
  "content-digest",
  "repr-digest",
  "digest",
  "accept-ranges",
  "cdn-cache-control",
  "cloudflare-cdn-cache-control",
  "surrogate-control",
];
/** Of a request, what asks for a part of the page, or whether it is another one: the original knows no variants. */
const CONDITIONS = [
  "if-none-match",
  "if-modified-since",
  "if-match",
  "if-unmodified-since",
  "if-range",
  "range",
];
/** Which the runtime unpacks and packs again by itself: written just so, and one alone. */
const ENCODINGS = new Set(["", "identity", "gzip", "br"]);

/**
 * What browsers ask for, as `Sec-Fetch-Dest` says, that is never shown as a page. Films are asked for in parts, and of
 * pictures and scripts a browser asks whether they have changed.
 */
const NO_PAGES = new Set([
  "audio",
  "font",
  "image",
  "manifest",
  "script",
  "serviceworker",
  "sharedworker",
  "style",
  "track",
  "video",
  "worker",
]);

/**
 * The request for the original page: whole, and whatever the browser has of some variant of it. A request for what is no
 * page stays as it is.
 */
export function originRequest(request: Request): Request {
  if (NO_PAGES.has(request.headers.get("sec-fetch-dest") ?? "")) return request;
  const headers = new Headers(request.headers);
  for (const name of CONDITIONS) headers.delete(name);
  return new Request(request, { headers });
}

/**
 * The page as its visitor is to see it, and for nobody else: no cache hands it on, and its tag is of the variant, too. A
 * lead that is still on its way is waited for, as long as that has set itself (`budgetMs`). What is no whole page of HTML
 * passes as it is.
 */
export async function personalize(
  response: Response,
  lead: Lead | null | Promise<Lead | null>,
  request: Request,
): Promise<Response> {
  if (!isPage(response)) return response;
  const who = await lead;
  const headers = new Headers(response.headers);
  const tag = tagOf(headers.get("etag"), who);
  for (const name of OF_THE_ORIGINAL) headers.delete(name);
  headers.delete("etag");
  headers.set("cache-control", "private, no-cache");
  if (tag !== undefined && response.status === 200) {
    headers.set("etag", tag);
    if (isRead(request) && isKnown(request.headers.get("if-none-match"), tag)) {
      await response.body?.cancel();
      for (const name of ["content-type", "content-encoding"]) headers.delete(name);
      return new Response(null, { status: 304, headers });
    }
  }
  const { status, statusText } = response;
  const page = new Response(response.body, { status, statusText, headers });
  return response.body ? choose(page, who) : page;
}

/** Whether it is a whole page of HTML in an encoding that can be read; also one of an error, or the answer to HEAD. */
function isPage({ status, headers }: Response): boolean {
  const contentType = headers.get("content-type") ?? "";
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase();
  const isWhole =
    status >= 200 && status !== 204 && status !== 205 && status !== 206 && !(status >= 300 && status < 400);
  const isPlain = ENCODINGS.has(headers.get("content-encoding") ?? "");
  return isWhole && type === "text/html" && isPlain && canRead(contentType);
}

/** Weak, as a part of one variant must never be joined to another's; none where the original has none. */
function tagOf(original: string | null, lead: Lead | null): string | undefined {
  const [, inside] = /^(?:W\/)?"([^"]*)"$/.exec(original ?? "") ?? [];
  return inside === undefined ? undefined : `W/"ag1-${variantOf(lead)}-${inside}"`;
}

function isRead({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** By the weak comparison of RFC 9110. `*` is any page at all, of which the browser does not say that it is this one. */
function isKnown(ifNoneMatch: string | null, tag: string): boolean {
  const tags = ifNoneMatch?.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((each) => each.replace(/^W\//, "") === tag.slice(2));
}
