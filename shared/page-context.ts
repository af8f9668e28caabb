import type { Origin } from "./event.ts";
import { MAX_PROPERTY_CHARS } from "./limits.ts";
import { cleanText } from "./signal.ts";

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const ADDRESS = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)([^?#]*)/i;

/** The path of the page an event speaks of, without query and fragment; `""` where it names none. */
export function pathOf(properties: JsonObject, context: JsonObject): string {
  const page = isObject(context.page) ? context.page : {};
  for (const path of [properties.path, page.path]) {
    if (typeof path === "string" && path) return plainPath(path);
  }
  for (const url of [properties.url, page.url]) {
    const match = typeof url === "string" ? ADDRESS.exec(url) : null;
    if (match) return plainPath(match[2] || "/");
  }
  return "";
}

function plainPath(path: string): string {
  // The length is judged by the caller; a megabyte is not searched through first.
  const plain = path.length > 100_000 ? path : path.replace(/[?#].*$/s, "");
  return cleanText(plain, plain.length);
}

/** The host of a referrer, as far as it is another site than the page's own; `""` otherwise. */
function outsideHost(referrer: unknown, pageUrl: unknown): string {
  const host = hostOf(referrer);
  return host === hostOf(pageUrl) ? "" : host;
}

function hostOf(url: unknown): string {
  const authority = typeof url === "string" ? (ADDRESS.exec(url.slice(0, 1024))?.[1] ?? "") : "";
  return authority.replace(/^.*@/, "").toLowerCase();
}

/**
 * Referrer and campaign of an event, from the Segment context or its properties. `sender` is the origin of the page that
 * sends it: that of our script's pages, which do not tell their address.
 */
export function originOf(properties: JsonObject, context: JsonObject, sender: string | undefined): Origin {
  const page = isObject(context.page) ? context.page : {};
  const campaign = campaignOf(context.campaign);
  return {
    referrer: text(outsideHost(properties.referrer ?? page.referrer, properties.url ?? page.url ?? sender)),
    campaign: text(campaign.name) || text(properties.campaign),
    source: text(campaign.source) || text(properties.source),
    medium: text(campaign.medium) || text(properties.medium),
  };
}

/** By Segment's names for its parts. Our script sends the parameters as they stand in the address: `["?utm_source=news"]`. */
function campaignOf(campaign: unknown): JsonObject {
  if (!Array.isArray(campaign)) return isObject(campaign) ? campaign : {};
  const parts: JsonObject = {};
  for (const parameter of campaign.slice(0, MAX_PARAMETERS)) {
    if (typeof parameter !== "string") continue;
    const [, name, value = ""] = /^[?&]utm_(campaign|source|medium)=(.*)$/s.exec(parameter) ?? [];
    if (name) parts[name === "campaign" ? "name" : name] ??= decoded(value);
  }
  return parts;
}

/** An address may repeat what it likes. */
const MAX_PARAMETERS = 50;

function decoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? cleanText(value, MAX_PROPERTY_CHARS) : "";
}
