import type { EdgeSite } from "./edge.ts";

let visitors = 0;

/** An id that is as long as our script's. */
export function visitor(): string {
  visitors += 1;
  return `edge-visitor-${String(visitors).padStart(14, "0")}`;
}

/** Pages that make a visitor hot. */
export const HOT = Array.from({ length: 6 }, (_, n) => `/pricing/${n}`);

/** A page of an origin, with all that can be chosen in one. */
export const PAGE = `<!doctype html><html><body>
<h1 data-afterglow-text="band:hot=Welcome back &amp; hello; band:warm=Good to see you">Hello</h1>
<p data-afterglow-show="band:hot" hidden id="offer">Book a call</p>
<p data-afterglow-hide="band:hot|warm" id="tour">Take the tour</p>
<p data-afterglow-show="score&gt;=60" id="line">Sixty</p>
<p data-afterglow-show="starter.band:warm, starter.band:hot" id="model">By model</p>
<p data-afterglow-show="bnad:hot" id="typo">Typo</p>
<p data-afterglow-hide="score>" id="kept">Kept</p>
</body></html>`;
/** Its tag at the origin. */
export const TAG = '"page-1"';

/** What of the page is there. */
export function shown(html: string): string[] {
  return [...html.matchAll(/id="(\w+)"/g)].map(([, id = ""]) => id);
}

/** What of it nobody in particular sees … */
export const DEFAULT = ["tour", "kept"];
/** … and who is hot with 60 points. */
export const FOR_HOT = ["offer", "line", "model", "kept"];

/**
 * The origin answers with the page at once, and the collector not before what this returns is called: each is a question
 * that it has been asked.
 */
export function holdCollectorBack(site: EdgeSite): readonly (() => void)[] {
  const held: (() => void)[] = [];
  site.answer((request, response) => {
    if (request.url === "/go-on") return void held.push(() => response.end());
    response.writeHead(200, { "content-type": "text/html", etag: TAG }).end(PAGE);
  });
  return held;
}

/** What a browser may send in place of a visitor's genuine cookie: each is nobody. */
export function nobodysCookies(cookie: string): readonly (string | undefined)[] {
  const [, name = "", id = "", mac = ""] = /^(\w+)=([\w-]+)\.([\w-]+)/.exec(cookie) ?? [];
  return [
    undefined,
    `${name}=${id}.${"A".repeat(24)}`,
    `${name}=${visitor()}.${mac}`,
    `${name}_shop=${id}.${mac}`,
    `x${name}=${id}.${mac}`,
    `a=b ${name}=${id}.${mac}`,
    `${name}=`,
  ];
}
