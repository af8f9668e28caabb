import type { LeftOut, Stated, WarnReason } from "./event.ts";
import { MAX_TRAIT_CHARS, MAX_TRAIT_NAME_CHARS, MAX_TRAITS_PER_CONTACT } from "./limits.ts";
import { isObject } from "./page-context.ts";
import { cleanText } from "./signal.ts";

export interface ReadTraits {
  readonly traits: Readonly<Record<string, Stated>>;
  /** What of them is not kept, by its path from the event on. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads the traits that stand at `path` of an event. An object among them, such as Segment's `address`, is read one
 * level deep, as `address.city`. What is no trait is left out by name, and costs the others nothing.
 */
export function readTraits(from: unknown, path: string): ReadTraits {
  if (from === undefined || from === null) return { traits: {}, leftOut: [] };
  if (!isObject(from)) return { traits: {}, leftOut: [{ reason: "invalid_traits", path }] };
  const traits: Record<string, Stated> = {};
  const leftOut: LeftOut[] = [];
  let room = MAX_TRAITS_PER_CONTACT;
  let wasFull = false;

  function note(reason: WarnReason, name: string): void {
    leftOut.push({ reason, path: `${path}.${cleanText(name, MAX_TRAIT_NAME_CHARS)}` });
  }

  function take(rawName: string, value: unknown): void {
    const name = cleanText(rawName, MAX_TRAIT_NAME_CHARS + 1);
    const isNew = !Object.hasOwn(traits, name);
    if (name === "" || name.length > MAX_TRAIT_NAME_CHARS || name === "__proto__") {
      note("invalid_trait_name", rawName);
    } else if (!isStated(value)) {
      note(oddityOf(value), name);
    } else if (isNew && room === 0) {
      // Once for all that follow: there may be thousands.
      if (!wasFull) note("too_many_traits", name);
      wasFull = true;
    } else {
      if (isNew) room -= 1;
      traits[name] = typeof value === "string" ? cleanText(value, MAX_TRAIT_CHARS) : value;
      if (typeof value === "string" && cleanText(value, MAX_TRAIT_CHARS + 1).length > MAX_TRAIT_CHARS) {
        note("trait_too_long", name);
      }
    }
  }

  for (const [name, value] of Object.entries(from)) {
    if (!isObject(value)) take(name, value);
    else for (const [inner, each] of Object.entries(value)) take(`${name}.${inner}`, each);
  }
  return { traits, leftOut };
}

function isStated(value: unknown): value is Stated {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "string" || typeof value === "boolean";
}

/** JSON knows no infinite number, but `1e999` is read as one. */
function oddityOf(value: unknown): WarnReason {
  if (Array.isArray(value)) return "trait_is_a_list";
  return isObject(value) ? "trait_too_deep" : "trait_not_finite";
}
