import { MAX_PROPERTY_CHARS, MAX_SIGNAL_PROPERTIES } from "./limits.ts";

/** An event name with its scalar properties: what a contact counts, day by day, and what rules look at. */
export interface Signal {
  readonly name: string;
  readonly props: ReadonlyMap<string, string>;
}

/**
 * A signal as one string, the key under which its counts are stored: the name and then `property=value`, in
 * the order of the property names, each on a line of its own. Equal signals have equal keys.
 */
export type SignalKey = string;

/** What passes a contact's limit of signals is counted under this key, which no event can have: keys end a line. */
export const OTHER_SIGNAL: SignalKey = "other";

/**
 * What is kept of a property that was a number: that there was one. No text is like it, as texts lose their control
 * characters; it is shown as `other`.
 */
export const SOME_NUMBER = "\u001a";

const CONTROL = /\p{Cc}+/gu;

/** One line of text without control characters, cut to `maxChars` without splitting a character. */
export function cleanText(text: string, maxChars: number): string {
  const line = text.replace(CONTROL, " ").trim();
  if (line.length <= maxChars) return line.isWellFormed() ? line : line.toWellFormed();
  return line
    .slice(0, maxChars)
    .toWellFormed()
    .replace(/\ufffd$/, "");
}

/**
 * Builds the key. A path is kept whole, other values are cut to 64 characters, `null` stands for a number, and of
 * more than 8 properties the first by `important`, then by name, are kept.
 */
export function signalKey(
  name: string,
  props: ReadonlyMap<string, string | null>,
  important: readonly string[],
): SignalKey {
  const rank = (prop: string) => (important.indexOf(prop) + important.length + 1) % (important.length + 1);
  let names = [...props.keys()];
  if (names.length > MAX_SIGNAL_PROPERTIES) {
    names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    names = names.slice(0, MAX_SIGNAL_PROPERTIES);
  }
  names.sort();
  let key = `${name}\n`;
  for (const prop of names) {
    const value = props.get(prop) ?? null;
    const kept = value !== null && prop !== "path" ? cleanText(value, MAX_PROPERTY_CHARS) : value;
    key += `${prop}=${kept ?? SOME_NUMBER}\n`;
  }
  return key;
}

/** The inverse of {@link signalKey}. */
export function parseSignalKey(key: SignalKey): Signal {
  const lines = key.split("\n");
  const props = new Map<string, string>();
  for (const line of lines.slice(1, -1)) {
    const equals = line.indexOf("=");
    props.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return { name: lines[0] ?? "", props };
}

/** Parses signals, and remembers so many of them. */
export function createSignalReader(most: number): (key: SignalKey) => Signal {
  const known = new Map<SignalKey, Signal>();
  return function read(key) {
    let signal = known.get(key);
    if (signal === undefined) {
      if (known.size >= most) known.clear();
      known.set(key, (signal = parseSignalKey(key)));
    }
    return signal;
  };
}
