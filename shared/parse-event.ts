import { parseTime } from "./day.ts";
import { parseSdkEventId } from "./event-id.ts";
import type { FactEvent, LeftOut, Origin, Ref, RejectReason } from "./event.ts";
import {
  CLOCK_TOLERANCE_MS,
  MAX_ABS_VALUE,
  MAX_ACTIVE_MS,
  MAX_CLOCK_AHEAD_MS,
  MAX_EVENT_AGE_MS,
  MAX_EVENT_NAME_CHARS,
  MAX_ID_CHARS,
  MAX_PATH_CHARS,
} from "./limits.ts";
import { isObject, type JsonObject, originOf, pathOf } from "./page-context.ts";
import { noteProperties, scalars } from "./read-properties.ts";
import { readTraits } from "./read-traits.ts";
import { BY_HAND, RESERVED_EVENTS } from "./reserved-events.ts";
import { cleanText, signalKey } from "./signal.ts";

export interface ParseContext {
  /** When the collector received the request, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** The sender's clock when it sent the request: corrects the clock of its events. */
  readonly sentAt: number | undefined;
  /** True with the secret key: may speak for any user, and date back freely. */
  readonly trusted: boolean;
  /** The origin of the page that has sent the request, where one has. */
  readonly origin?: string | undefined;
}

export type ParsedEvent =
  | {
      readonly ok: true;
      readonly ref: Ref;
      readonly event: FactEvent;
      readonly leftOut: readonly LeftOut[];
    }
  | { readonly ok: false; readonly reason: RejectReason };

/** Properties that are kept first where a signal has more than it may. */
const IMPORTANT = ["path", "form", "campaign", "referrer", "source", "medium", "title", "category", "name"];

/** The same of what a person does to a score by hand, which takes the secret key. */
const IMPORTANT_BY_HAND = ["axis", "model", "reason", "author"];

/** What a page call repeats of its address, and what a referrer is reduced from. */
const ADDRESS_PROPERTIES = new Set(["url", "search", "hash", "referrer", "path", "tab_url"]);
const TYPES: ReadonlySet<unknown> = new Set(["page", "track", "identify", "screen", "group", "alias"]);
/** Pages have long titles, and nobody writes them for a score. */
const TITLE = new Set(["title"]);
const MEASURES = new Set(["value", "active_ms"]);

class Rejection {
  readonly reason: RejectReason;
  constructor(reason: RejectReason) {
    this.reason = reason;
  }
}

/** Reads one message of the Segment HTTP tracking spec. Never throws; any JSON value may come in. */
export function parseEvent(raw: unknown, id: string, context: ParseContext): ParsedEvent {
  try {
    if (!isObject(raw)) throw new Rejection("not_an_object");
    if (!TYPES.has(raw.type)) throw new Rejection("unknown_type");
    const leftOut: LeftOut[] = [];
    const ref = refOf(raw, context.trusted);
    return { ok: true, ref, event: factEventOf(raw, id, context, leftOut), leftOut };
  } catch (problem) {
    if (problem instanceof Rejection) return { ok: false, reason: problem.reason };
    throw problem;
  }
}

/** The one id of a contact's address; `""` where it is absent. */
function idOf(value: unknown): string {
  if (value === undefined || value === null || value === "") return "";
  const id = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  if (typeof id !== "string" || id.length > MAX_ID_CHARS || cleanText(id, MAX_ID_CHARS) !== id) {
    throw new Rejection("invalid_id");
  }
  return id;
}

/** An id as it may stand in an event: `""` where it is absent, `undefined` where it cannot be one. */
export function readId(value: unknown): string | undefined {
  try {
    return idOf(value);
  } catch {
    return undefined;
  }
}

function refOf(raw: JsonObject, trusted: boolean): Ref {
  const anonymousId = idOf(raw.anonymousId);
  const userId = idOf(raw.userId);
  if (trusted && userId) return `user:${userId}`;
  if (anonymousId) return `anon:${anonymousId}`;
  throw new Rejection(userId ? "unverified_user" : trusted ? "missing_id" : "unverified_user");
}

/** Of our own script nothing is refused for its clock's having been fast: it keeps events for days, and cannot know. */
function timeOf(raw: JsonObject, isOurs: boolean, context: ParseContext): number {
  const { receivedAt, sentAt, trusted } = context;
  const text = raw.timestamp ?? raw.originalTimestamp;
  let at = receivedAt;
  if (text !== undefined && text !== null) {
    const time = parseTime(text);
    if (time === undefined) throw new Rejection("invalid_timestamp");
    const own = parseTime(raw.sentAt) ?? sentAt;
    const skew = own === undefined ? 0 : receivedAt - own;
    at = Math.abs(skew) > CLOCK_TOLERANCE_MS ? time + skew : time;
  }
  if (at > receivedAt + MAX_CLOCK_AHEAD_MS && !isOurs) throw new Rejection("timestamp_in_future");
  if (at < 0 || (!trusted && at < receivedAt - MAX_EVENT_AGE_MS)) throw new Rejection("timestamp_too_old");
  return Math.min(at, receivedAt);
}

function measure(value: unknown, reason: RejectReason): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Rejection(reason);
  return value;
}

function activeMsOf({ active_ms }: JsonObject): number {
  const activeMs = measure(active_ms, "invalid_active_ms") ?? 0;
  if (activeMs < 0 || activeMs > MAX_ACTIVE_MS) throw new Rejection("invalid_active_ms");
  return Math.abs(Math.round(activeMs));
}

/** An order beyond all limits is still an order. */
function valueOf(properties: JsonObject, leftOut: LeftOut[]): number | null {
  const value = measure(properties.value, "invalid_value");
  if (value === null || Math.abs(value) <= MAX_ABS_VALUE) return value;
  leftOut.push({ reason: "value_too_large", path: "properties.value" });
  return Math.sign(value) * MAX_ABS_VALUE;
}

function eventNameOf(event: unknown): string {
  const name = typeof event === "string" ? cleanText(event, MAX_EVENT_NAME_CHARS + 1) : "";
  if (!name || name === "__proto__") throw new Rejection("missing_event_name");
  if (name.length > MAX_EVENT_NAME_CHARS) throw new Rejection("event_name_too_long");
  return name;
}

/** Notes in `leftOut` what it does not keep as it was sent. */
function factEventOf(raw: JsonObject, id: string, context: ParseContext, leftOut: LeftOut[]): FactEvent {
  const properties = isObject(raw.properties) ? raw.properties : {};
  const outer = isObject(raw.context) ? raw.context : {};
  const at = timeOf(raw, parseSdkEventId(id) !== undefined, context);
  const path = pathOf(properties, outer);
  if (path.length > MAX_PATH_CHARS) throw new Rejection("path_too_long");
  const activeMs = activeMsOf(properties);
  const value = valueOf(properties, leftOut);
  const origin = originOf(properties, outer, context.origin);
  const base = { id, at, activeMs, value, count: 1 } as const;
  const claim = context.trusted ? "" : idOf(raw.userId);
  const claimed = claim ? { claim } : {};

  switch (raw.type) {
    case "page":
      return {
        ...base,
        ...claimed,
        signal: pageSignal(raw, properties, path, origin, leftOut),
        visit: { pages: 1, origin },
      };
    case "track": {
      const name = eventNameOf(raw.event);
      if (RESERVED_EVENTS.has(name) && !context.trusted) throw new Rejection("reserved_event");
      const visit = context.trusted ? {} : ({ visit: { pages: 0, origin } } as const);
      if (name === "Page Engaged") {
        const signal = pageSignal(raw, properties, path, origin, leftOut);
        return { ...base, ...claimed, ...visit, signal, count: 0 };
      }
      const props = scalars(properties, MEASURES);
      if (typeof properties.path === "string") props.set("path", path);
      noteProperties(props, properties, leftOut);
      const important = BY_HAND.has(name) ? IMPORTANT_BY_HAND : IMPORTANT;
      return { ...base, ...claimed, ...visit, signal: signalKey(name, props, important) };
    }
    case "screen": {
      const props = scalars(properties, MEASURES);
      if (typeof raw.name === "string") props.set("name", raw.name);
      noteProperties(props, properties, leftOut);
      return {
        ...base,
        ...claimed,
        signal: signalKey("screen", props, IMPORTANT),
        visit: { pages: 1, origin },
      };
    }
    case "identify": {
      const own = raw.traits ?? undefined;
      const read = own === undefined ? readTraits(outer.traits, "context.traits") : readTraits(own, "traits");
      leftOut.push(...read.leftOut);
      const { traits } = read;
      return { ...base, ...claimed, traits, signal: signalKey("identify", new Map(), IMPORTANT) };
    }
    case "group": {
      const { groupId } = raw;
      const isId = typeof groupId === "string" || typeof groupId === "number";
      const props = new Map([["groupId", isId ? String(groupId) : ""]]);
      return { ...base, ...claimed, signal: signalKey("group", props, IMPORTANT) };
    }
    case "alias":
      // With the public key it merges nothing, whatever it names.
      if (context.trusted && !idOf(raw.previousId)) throw new Rejection("missing_previous_id");
      return { ...base, ...claimed, signal: signalKey("alias", new Map(), IMPORTANT) };
    default:
      throw new Rejection("unknown_type");
  }
}

function pageSignal(
  raw: JsonObject,
  properties: JsonObject,
  path: string,
  origin: Origin,
  leftOut: LeftOut[],
): string {
  const props = scalars(properties, MEASURES, ADDRESS_PROPERTIES);
  if (path) props.set("path", path);
  if (typeof raw.name === "string" && raw.name) props.set("name", raw.name);
  for (const [name, value] of Object.entries(origin)) if (value) props.set(name, value as string);
  noteProperties(props, properties, leftOut, TITLE);
  return signalKey("page", props, IMPORTANT);
}
