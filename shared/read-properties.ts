import type { LeftOut } from "./event.ts";
import { MAX_PROPERTY_CHARS, MAX_PROPERTY_NAME_CHARS, MAX_SIGNAL_PROPERTIES } from "./limits.ts";
import type { JsonObject } from "./page-context.ts";
import { cleanText } from "./signal.ts";

/**
 * The properties of a signal. A number tells too many signals apart (a scroll depth, a price), so only its
 * presence is kept, as `null`; `value` and `active_ms` are summed instead.
 */
export function scalars(from: JsonObject, ...without: ReadonlySet<string>[]): Map<string, string | null> {
  const props = new Map<string, string | null>();
  for (const [name, value] of Object.entries(from)) {
    if (without.some((set) => set.has(name))) continue;
    const key = cleanText(name, MAX_PROPERTY_NAME_CHARS).replaceAll("=", "_");
    if (!key) continue;
    if (typeof value === "string") props.set(key, value);
    else if (typeof value === "boolean") props.set(key, String(value));
    else if (typeof value === "number") props.set(key, null);
  }
  return props;
}

/** Notes, once for an event, that it has more properties than are kept, or longer ones; `props` are those of `sent`. */
export function noteProperties(
  props: ReadonlyMap<string, string | null>,
  sent: JsonObject,
  leftOut: LeftOut[],
  without: ReadonlySet<string> = NONE,
): void {
  if (props.size > MAX_SIGNAL_PROPERTIES) leftOut.push({ reason: "too_many_properties", path: "properties" });
  const longName = Object.keys(sent).find((name) => name.length > MAX_PROPERTY_NAME_CHARS);
  if (longName !== undefined) {
    const path = `properties.${cleanText(longName, MAX_PROPERTY_NAME_CHARS)}`;
    leftOut.push({ reason: "property_too_long", path });
    return;
  }
  for (const [name, value] of props) {
    if (name === "path" || without.has(name) || value === null) continue;
    if (value.length <= MAX_PROPERTY_CHARS || value.trim().length <= MAX_PROPERTY_CHARS) continue;
    leftOut.push({ reason: "property_too_long", path: `properties.${name}` });
    return;
  }
}

const NONE: ReadonlySet<string> = new Set();
