import type { Env } from "./env.ts";
import { ApiError } from "./errors.ts";

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
 * The object of a contact. On a machine of one's own each live one holds open files and memory, and workerd ends when
 * it runs out of either: so there are no more than `MAX_LIVE_CONTACTS` at a time. Throws `too_many_live_contacts`.
 */
export function contactOf(name: string, env: Env): ReturnType<Env["CONTACT"]["getByName"]> {
  admit(name, env);
  return env.CONTACT.getByName(name);
}

/** The same by the number of the object, which has to be one of this deployment's. */
export function contactOfNumber(number: string, env: Env): ReturnType<Env["CONTACT"]["get"]> {
  admit(number, env);
  return env.CONTACT.get(env.CONTACT.idFromString(number));
}

function admit(name: string, env: Env): void {
  if (env.MAX_LIVE_CONTACTS === undefined) return;
  live ??= createLiveContacts(Number(env.MAX_LIVE_CONTACTS));
  if (!live.admit(name, Date.now())) throw new ApiError("too_many_live_contacts");
}
