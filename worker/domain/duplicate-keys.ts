import { within } from "../../shared/scoring/show.ts";

/** An object or list that the scan is inside of. */
interface Open {
  /** The keys seen so far, and how often; none of a list. */
  readonly keys: Map<string, number> | undefined;
  place: string | number;
  awaitsKey: boolean;
}

/** Texts and what gives a JSON text its structure; numbers, words, colons and space between them are passed over. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/** Told of one text, and parts of a path. */
const MAX_TOLD = 20;
const MAX_PARTS = 20;

/**
 * The paths of keys that stand more than once in one object of a JSON text: reading it keeps the last of each and
 * says nothing. Wants a text that can be read.
 */
export function duplicateKeys(text: string): string[] {
  const open: Open[] = [];
  const told: string[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    if (told.length === MAX_TOLD) break;
    if (token === "{") open.push({ keys: new Map(), place: "", awaitsKey: true });
    else if (token === "[") open.push({ keys: undefined, place: 0, awaitsKey: false });
    else if (token === "}" || token === "]") open.pop();
    else if (isSecondKey(open.at(-1), token)) told.push(pathOf(open));
  }
  return told;
}

/** Goes on by a comma or a text; whether that is a key for the second time. */
function isSecondKey(inside: Open | undefined, token: string): boolean {
  if (!inside) return false;
  const { keys, place } = inside;
  if (token === ",") {
    if (keys) inside.awaitsKey = true;
    else inside.place = Number(place) + 1;
    return false;
  }
  if (!keys || !inside.awaitsKey) return false;
  const key = String(JSON.parse(token));
  const times = (keys.get(key) ?? 0) + 1;
  keys.set(key, times);
  inside.place = key;
  inside.awaitsKey = false;
  return times === 2;
}

function pathOf(open: readonly Open[]): string {
  const path = open.slice(0, MAX_PARTS).reduce((before, { place }) => within(before, place), "");
  return open.length > MAX_PARTS ? `${path}…` : path;
}
