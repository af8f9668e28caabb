import type { Ref } from "../../shared/event.ts";
import { isObject } from "../../shared/page-context.ts";
import { readId } from "../../shared/parse-event.ts";
import type { TokenProblem } from "./identity-token.ts";

/** What an event with the public key says of who its visitor is, held against what the site goes by. */
export interface Proof {
  /** The contact that the visitor becomes part of. */
  readonly user?: Ref;
  /** Whether the site's backend has signed that; else the site takes claimed e-mail addresses for it. */
  readonly isVerified: boolean;
  readonly problem?: TokenProblem;
}

/** A merge that an event with the secret key asks for: of known users only where it says so outright. */
export type BackendMerge = { readonly index: number; readonly into: Ref } & (
  | { readonly kind: "identify"; readonly from: Ref }
  /** `alias` does not say whether the previous id is a user's or a visitor's. */
  | { readonly kind: "alias"; readonly previousId: string }
);

/** The merge that one event with the secret key asks for; it has been read before, and its ids are ids. */
export function backendMergeOf(raw: unknown, index: number): BackendMerge | undefined {
  if (!isObject(raw)) return undefined;
  const userId = readId(raw.userId);
  if (!userId) return undefined;
  const into: Ref = `user:${userId}`;
  const anonymousId = readId(raw.anonymousId);
  const previousId = readId(raw.previousId);
  if (raw.type === "alias" && previousId) return { kind: "alias", index, into, previousId };
  if (raw.type === "identify" && anonymousId)
    return { kind: "identify", index, into, from: `anon:${anonymousId}` };
  return undefined;
}

/** The token of an event, as our script sends it. */
export function tokenOf(raw: unknown): string | undefined {
  const context = isObject(raw) && isObject(raw.context) ? raw.context : {};
  return typeof context.token === "string" ? context.token : undefined;
}

/** The user that an identify call claims by an e-mail address: as the id, else among the traits. */
export function claimedEmailOf(raw: unknown): Ref | undefined {
  if (!isObject(raw) || raw.type !== "identify") return undefined;
  const userId = readId(raw.userId);
  if (userId && EMAIL.test(userId)) return `user:${userId}`;
  const email = isObject(raw.traits) ? readId(raw.traits.email) : undefined;
  return !userId && email && EMAIL.test(email) ? `user:${email.toLowerCase()}` : undefined;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
