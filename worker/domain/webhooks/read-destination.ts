import { hint } from "../../../shared/scoring/nearest.ts";
import { isObject, type JsonObject, show } from "../../../shared/scoring/show.ts";
import type { Read } from "../site-document.ts";
import { unknownKeys } from "../unknown-keys.ts";
import { type DestinationDocument, type DestinationType, SECRET_KEYS } from "./destination.ts";
import { readFilter } from "./filter.ts";
import { readHubSpot, readSalesforce } from "./read-crm.ts";
import { type Fields, fieldsOf } from "./read-fields.ts";

/** Tells why no requests may go to an address. */
type AddressCheck = (address: unknown) => string | undefined;

const TYPES: readonly DestinationType[] = ["webhook", "slack", "hubspot", "salesforce"];
const COMMON = ["type", "name", "enabled", "filter", "linkOrigin", "url"];
const OWN: Readonly<Record<DestinationType, readonly string[]>> = {
  webhook: [],
  slack: [],
  hubspot: ["token", "properties", "traits", "deal", "task"],
  salesforce: ["clientId", "clientSecret", "apiVersion", "externalId", "fields", "traits", "defaults"],
};

/** Reads what an owner writes; what is wrong is told by its path, and no secret is told again. */
export function readDestination(body: unknown, check: AddressCheck): Read<DestinationDocument> {
  if (!isObject(body)) {
    const message =
      'The body wants an object, such as {"type": "webhook", "url": "https://example.com/hook"}';
    return { ok: false, issues: [{ path: "", message }] };
  }
  const type = TYPES.find((known) => known === body["type"]);
  if (!type) {
    const got = body["type"];
    const near = typeof got === "string" ? hint(got, TYPES) : "";
    const message = `wants one of "${TYPES.join('", "')}", got ${show(got)}${near}`;
    return { ok: false, issues: [{ path: "type", message }] };
  }
  const issues = unknownKeys(body, [...COMMON, ...OWN[type]]);
  const fields = fieldsOf(body, (path, message) => void issues.push({ path, message }));
  const document = readDocument(type, fields, check);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: document };
}

function readDocument(type: DestinationType, fields: Fields, check: AddressCheck): DestinationDocument {
  const { body, tell } = fields;
  const name = fields.optionalText("name", 100);
  const linkOrigin = body["linkOrigin"] === undefined ? undefined : readOrigin(fields);
  const common = {
    ...(name === undefined ? {} : { name }),
    enabled: fields.flag("enabled", true),
    filter: body["filter"] === undefined ? {} : readFilter(body["filter"], tell),
    ...(linkOrigin === undefined ? {} : { linkOrigin }),
  };
  const url = readUrl(body["url"] ?? (type === "hubspot" ? HUBSPOT : undefined), check, tell);
  switch (type) {
    case "webhook":
    case "slack":
      return { type, ...common, url };
    case "hubspot":
      return { type, ...common, url: withoutSlash(url), ...readHubSpot(fields) };
    case "salesforce":
      return { type, ...common, url: withoutSlash(url), ...readSalesforce(fields) };
  }
}

/** Paths are put behind it. */
function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

const HUBSPOT = "https://api.hubapi.com";

function readUrl(value: unknown, check: AddressCheck, tell: Fields["tell"]): string {
  const problem = check(value);
  // It is not shown again: what stands in an address may be a secret.
  if (problem !== undefined) tell("url", problem);
  return typeof value === "string" ? value : "";
}

const ORIGIN = /^https?:\/\/[^/?#@\s]+$/;

function readOrigin({ body, tell }: Fields): string | undefined {
  const value = body["linkOrigin"];
  if (typeof value === "string" && value.length <= 280 && ORIGIN.test(value)) return value;
  tell("linkOrigin", `wants an origin, such as "https://collector.example.com", got ${show(value)}`);
  return undefined;
}

/**
 * A destination with some keys changed: `null` takes one away. What may be sent to one address is not sent to another
 * unless whoever names that also sends the secrets again.
 */
export function changeDestination(
  old: DestinationDocument,
  patch: unknown,
  check: AddressCheck,
): Read<DestinationDocument> {
  if (!isObject(patch)) {
    const message = 'The body wants an object with what is to be changed, such as {"enabled": false}';
    return { ok: false, issues: [{ path: "", message }] };
  }
  if (patch["type"] !== undefined && patch["type"] !== old.type) {
    const message = `stays ${show(old.type)}: make another destination, and delete this one`;
    return { ok: false, issues: [{ path: "type", message }] };
  }
  const secrets = SECRET_KEYS[old.type].filter((key) => key !== "url");
  const missing = isMoved(old, patch) ? secrets.filter((key) => patch[key] === undefined) : [];
  if (missing.length > 0) {
    const message = "is not sent to another address than it was given for: send it again beside the new url";
    return { ok: false, issues: missing.map((path) => ({ path, message })) };
  }
  const merged = Object.entries({ ...old, ...patch }).filter(([, value]) => value !== null);
  return readDestination(Object.fromEntries(merged), check);
}

function isMoved(old: DestinationDocument, patch: JsonObject): boolean {
  return patch["url"] !== undefined && patch["url"] !== old.url;
}
