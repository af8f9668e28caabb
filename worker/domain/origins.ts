import { show } from "../../shared/scoring/show.ts";
import { MAX_ORIGIN_CHARS } from "./site-limits.ts";

/** Whether a page of this origin is meant. */
export type OriginTest = (origin: string) => boolean;

const SCHEME = "[a-z][a-z0-9+.-]*";
const HOST = String.raw`(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])`;
const ORIGIN = new RegExp(`^(${SCHEME})://(${HOST})(:[1-9]\\d{0,4})?$`);
/** Of a whole top level domain nobody owns all hosts. */
const WILD_ORIGIN = new RegExp(`^(${SCHEME})://\\*\\.([a-z0-9_-]+(?:\\.[a-z0-9_-]+)+)(:[1-9]\\d{0,4})?$`);
const SUBDOMAINS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
/** Browsers leave these out. */
const USUAL_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };

/** What is wrong with an origin of a site; nothing where it is one. */
export function originProblem(value: unknown): string | undefined {
  if (typeof value === "string" && isOrigin(value)) return undefined;
  if (value === "*") return `leave the list empty for any page, instead of ${show(value)}`;
  const near = typeof value === "string" ? nearOrigin(value) : undefined;
  const meant =
    near === undefined ? 'such as "https://www.example.com" or "https://*.example.com"' : `here "${near}"`;
  return `wants an origin as browsers send it, scheme and host without a path, ${meant}, got ${show(value)}`;
}

/** The test of a list of origins, in which `https://*.example.com` is every host below example.com. */
export function originTest(origins: readonly string[]): OriginTest {
  const exact = new Set(origins.filter((origin) => !origin.includes("*")));
  const wild = origins.filter((origin) => origin.includes("*")).map((origin) => origin.split("*", 2));
  return (origin) =>
    exact.has(origin) || wild.some(([before = "", after = ""]) => isBelow(origin, before, after));
}

function isBelow(origin: string, before: string, after: string): boolean {
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    SUBDOMAINS.test(origin.slice(before.length, -after.length))
  );
}

function isOrigin(text: string): boolean {
  if (text.length > MAX_ORIGIN_CHARS) return false;
  const [, scheme = "", , port] = ORIGIN.exec(text) ?? WILD_ORIGIN.exec(text) ?? [];
  return scheme !== "" && (port === undefined || USUAL_PORTS[scheme] !== port);
}

/** What is likely meant by an address: `WWW.Example.com/shop` → `https://www.example.com`. */
function nearOrigin(text: string): string | undefined {
  const address = text.trim().toLowerCase();
  const hasScheme = address.includes("://");
  // A word alone is hardly a host.
  if (!hasScheme && !address.includes(".")) return undefined;
  const whole = hasScheme ? address : `https://${address}`;
  const [, scheme = "", host = "", port = ""] = /^([^:/]+):\/\/([^/?#:]+)(:\d+)?/.exec(whole) ?? [];
  const near = `${scheme}://${host}${USUAL_PORTS[scheme] === port ? "" : port}`;
  return isOrigin(near) ? near : undefined;
}
