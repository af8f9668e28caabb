/** Longer texts are cut in messages and paths. */
const MAX_SHOWN_CHARS = 40;

export type JsonObject = Readonly<Record<string, unknown>>;

export type JsonType = "text" | "number" | "flag" | "null" | "list" | "object" | "none";

/** What kind of JSON value it is; `none` for what JSON does not have, such as `undefined` or a class's instance. */
export function jsonType(value: unknown): JsonType {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "flag";
    case "object":
      return Array.isArray(value) ? "list" : isObject(value) ? "object" : "none";
    default:
      return "none";
  }
}

/** A plain object, as JSON makes one (in any realm). */
export function isObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const made: unknown = Object.getPrototypeOf(value);
  return made === null || Object.getPrototypeOf(made) === null;
}

/** A value in a message, in at most some 60 characters. */
export function show(value: unknown): string {
  switch (jsonType(value)) {
    case "text":
      return showText(value as string);
    case "list":
      return (value as readonly unknown[]).length === 0 ? "an empty list" : "a list";
    case "object":
      return "an object";
    case "none":
      return value === undefined ? "undefined" : "what JSON does not have";
    default:
      return String(value);
  }
}

export function showText(text: string): string {
  if (text.length <= MAX_SHOWN_CHARS) return JSON.stringify(text);
  return `${JSON.stringify(`${text.slice(0, MAX_SHOWN_CHARS)}…`)} (${text.length} characters)`;
}

/** `groups`, `2` → `groups[2]`; `pages`, `"/pricing*"` → `pages["/pricing*"]`. */
export function within(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$]{0,39}$/.test(key)) {
    return `${path}[${JSON.stringify(key.length > MAX_SHOWN_CHARS ? `${key.slice(0, MAX_SHOWN_CHARS)}…` : key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}

/** The first entries of what may be an object. */
export function entriesOf(value: unknown, most: number): [key: string, value: unknown][] {
  return isObject(value)
    ? Object.keys(value)
        .slice(0, most)
        .map((key) => [key, value[key]])
    : [];
}
