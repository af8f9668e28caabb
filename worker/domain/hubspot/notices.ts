import { isObject, type JsonObject } from "../../../shared/page-context.ts";
import type { HubSpotConnection } from "./connection.ts";

/** A property that has got another value. */
export interface Change {
  readonly property: string;
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a request says of one contact, or of one deal. */
export interface Notice {
  /** When the last of it happened. */
  readonly at: number;
  readonly changes: readonly Change[];
  /** When it was made, or became another one: all that is known of it is news then. */
  readonly newAt?: number;
  /** Of a deal: the contacts that it was tied to. */
  readonly tied: readonly string[];
}

/** What HubSpot tells in one request, by HubSpot's own ids. */
export interface Notices {
  readonly contacts: ReadonlyMap<string, Notice>;
  readonly deals: ReadonlyMap<string, Notice>;
  /** Events that say nothing which this site wants to know. */
  readonly ignored: number;
}

/** The property of contacts that says how far they have come. */
export const LIFECYCLE = "lifecyclestage";
export const DEAL_STAGE = "dealstage";

interface Told {
  readonly kind: "contact" | "deal";
  readonly id: string;
  readonly notice: Notice;
}

/** Reads events of both formats, `contact.propertyChange` and `object.propertyChange`. What is none of them is ignored. */
export function readNotices(events: readonly unknown[], connection: HubSpotConnection): Notices {
  const found = { contact: new Map<string, Notice>(), deal: new Map<string, Notice>() };
  let ignored = 0;
  for (const event of events) {
    const told = isObject(event) ? toldBy(event, connection) : undefined;
    if (!told) {
      ignored += 1;
      continue;
    }
    const known = found[told.kind];
    known.set(told.id, together(known.get(told.id), told.notice));
  }
  return { contacts: found.contact, deals: found.deal, ignored };
}

function together(first: Notice | undefined, second: Notice): Notice {
  if (!first) return second;
  const newAt = Math.max(first.newAt ?? 0, second.newAt ?? 0);
  return {
    at: Math.max(first.at, second.at),
    changes: [...first.changes, ...second.changes],
    ...(newAt > 0 ? { newAt } : {}),
    tied: [...first.tied, ...second.tied],
  };
}

function toldBy(event: JsonObject, connection: HubSpotConnection): Told | undefined {
  const { portalId, occurredAt, subscriptionType } = event;
  const isOurs = connection.portalId === undefined || portalId === connection.portalId;
  if (!isOurs || typeof subscriptionType !== "string" || typeof occurredAt !== "number") return undefined;
  if (!Number.isInteger(occurredAt) || occurredAt <= 0 || occurredAt > MAX_TIME_MS) return undefined;
  const [object = "", action = ""] = subscriptionType.split(".");
  if (action === "associationChange") return tie(event, occurredAt);
  const kind = object === "object" ? KINDS[String(event.objectTypeId)] : object;
  const id = idOf(event.objectId);
  if ((kind !== "contact" && kind !== "deal") || id === undefined) return undefined;
  if (action === "creation" || action === "restore") {
    return { kind, id, notice: { at: occurredAt, changes: [], newAt: occurredAt, tied: [] } };
  }
  const { propertyName: property, propertyValue } = event;
  if (action !== "propertyChange" || typeof property !== "string") return undefined;
  if (!isWanted(kind, property, connection)) return undefined;
  const isScalar = ["string", "number", "boolean"].includes(typeof propertyValue);
  const value = isScalar ? `${propertyValue as string | number | boolean}` : "";
  const isAnother = kind === "contact" && property === connection.contact;
  const change = { property, value, at: occurredAt };
  return {
    kind,
    id,
    notice: { at: occurredAt, changes: [change], ...(isAnother ? { newAt: occurredAt } : {}), tied: [] },
  };
}

/** The latest that a `Date` can be. */
const MAX_TIME_MS = 8_640_000_000_000_000;

/** By HubSpot's ids of kinds of objects. */
const KINDS: Readonly<Record<string, "contact" | "deal">> = { "0-1": "contact", "0-3": "deal" };

function isWanted(kind: "contact" | "deal", property: string, connection: HubSpotConnection): boolean {
  if (kind === "deal") return property === DEAL_STAGE;
  const { contact, traits } = connection;
  return property === contact || property === LIFECYCLE || Object.hasOwn(traits, property);
}

/** A contact that a deal is tied to, told from either side. */
function tie(event: JsonObject, at: number): Told | undefined {
  if (event.associationRemoved === true) return undefined;
  const [from, to] = [idOf(event.fromObjectId), idOf(event.toObjectId)];
  if (from === undefined || to === undefined) return undefined;
  const between = `${String(event.fromObjectTypeId)} ${String(event.toObjectTypeId)}`;
  const isOfDeal = event.associationType === "DEAL_TO_CONTACT" || between === "0-3 0-1";
  const isOfContact = event.associationType === "CONTACT_TO_DEAL" || between === "0-1 0-3";
  if (isOfDeal) return { kind: "deal", id: from, notice: { at, changes: [], tied: [to] } };
  if (isOfContact) return { kind: "deal", id: to, notice: { at, changes: [], tied: [from] } };
  return undefined;
}

function idOf(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return /^\d{1,20}$/.test(text) ? text : undefined;
}
