import type { Env } from "./env.ts";
import { ApiError } from "./errors.ts";
import { placed } from "./placement.ts";

/**
 * How long the runtime keeps an object in memory, with its files open, after its last request: 10 seconds, and a
 * request takes some time itself.
 */
const LIVE_MS = 12_000;

/** Admits so many contacts at a time; one that is admitted stays so as long as it is asked. */
export interface LiveContacts {
  admit(name: string, now: number): boolean;
}

export function createLiveContacts(most: number): LiveContacts {
  /** When each was asked last, the longest ago first. */
  const askedAt = new Map<string, number>();

  return {
    admit(name, now) {
      const isLive = askedAt.delete(name);
      if (!isLive && askedAt.size >= most) {
        for (const [other, at] of askedAt) {
          if (now < at + LIVE_MS) break;
          askedAt.delete(other);
        }
        if (askedAt.size >= most) return false;
      }
      askedAt.set(name, now);
      return true;
    },
  };
}

let live: LiveContacts | undefined;

/**
 * The object of a contact, by its id and not by its name: the runtime would keep the name of an object that has an
 * alarm in a file of its own, which a deletion does not reach. On a machine of one's own each live one holds open files
 * and memory, and workerd ends when it runs out of either: so there are no more than `MAX_LIVE_CONTACTS` at a time. Throws
 * `too_many_live_contacts`.
 */
export function contactOf(id: string, env: Env): ReturnType<Env["CONTACT"]["getByName"]> {
  if (env.MAX_LIVE_CONTACTS !== undefined) {
    live ??= createLiveContacts(Number(env.MAX_LIVE_CONTACTS));
    if (!live.admit(id, Date.now())) throw new ApiError("too_many_live_contacts");
  }
  const contacts = placed(env.CONTACT, env);
  return contacts.get(contacts.idFromString(id));
}
