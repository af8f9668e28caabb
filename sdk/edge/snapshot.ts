import { type Day, dayOf, dayToIso } from "../../shared/day.ts";
import {
  type AfterglowBinding,
  readCookies,
  type SealedSnapshot,
  sealedText,
  type SignedVisitor,
  type SnapshotClaims,
  snapshotCookieName,
  visitorCookieName,
} from "../../shared/lead.ts";
import { type Lead, leadOfClaims } from "./lead.ts";

/** How long keys are used before the collector is asked again: they change about never. */
const KEYS_MS = 10 * 60_000;
/** Nor is it asked again sooner for cookies that no key fits: anybody can make those up. */
const RETRY_MS = 30_000;

type Keys = readonly CryptoKey[];

/** By site. Only what has come is kept: a request must not wait for what another one has asked. */
const known = new Map<string, { readonly keys: Keys; readonly at: number }>();
const MOST_SITES = 100;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where a snapshot is looked for, and what it has to say to be of use. */
export interface Snapshot {
  /** Of the request's cookies; which of them are genuine is not known yet. */
  readonly visitors: readonly SignedVisitor[];
  readonly sealed: readonly SealedSnapshot[];
  readonly site: string;
  readonly models?: readonly string[];
}

/** The keys of a site's snapshots, as far as this isolate has them. */
export function knownKeys(site: string): Keys | undefined {
  const kept = known.get(site);
  return kept && Date.now() - kept.at < KEYS_MS ? kept.keys : undefined;
}

export async function askForKeys(
  binding: Pick<AfterglowBinding, "snapshotKeys">,
  site: string,
): Promise<Keys> {
  const texts = await binding.snapshotKeys(site);
  const keys = await Promise.all(texts.map((text) => importKey(text)));
  if (known.size >= MOST_SITES) known.clear();
  known.set(site, { keys, at: Date.now() });
  return keys;
}

interface Verified {
  readonly lead: Lead;
  readonly day: Day;
  /** The text of its cookie. */
  readonly sealed: string;
  /** The site's, by which it was: with other ones it is looked at again. */
  readonly keys: Keys;
}

/** Snapshots that this isolate has verified, by their visitors' cookies: who looks at one page looks at more. */
const verified = new Map<string, Verified>();
/** At some two kilobytes each. */
const MOST_VERIFIED = 2_000;

/**
 * See `leadOfSnapshot`: the same where this isolate has verified the first cookies of a header today. At once, and
 * without a look at what they are made of.
 */
export function verifiedLead(
  header: string,
  site: string,
  models: readonly string[] | undefined,
  keys: Keys,
): Lead | undefined {
  const [visitor] = readCookies(header, visitorCookieName(site));
  const kept = visitor === undefined ? undefined : verified.get(nameOf(visitor, models));
  if (!kept || kept.keys !== keys || kept.day !== dayOf(Date.now())) return undefined;
  const [sealed] = readCookies(header, snapshotCookieName(site));
  return kept.sealed === sealed ? kept.lead : undefined;
}

function nameOf(visitor: string, models: readonly string[] | undefined): string {
  return models ? `${visitor}\n${models.join()}` : visitor;
}

/**
 * Each visitor beside each snapshot: which of them belong together, only the signature says. The first visitor comes
 * first, as where the contact is asked.
 */
function pairs({ visitors, sealed }: Snapshot) {
  return visitors.flatMap((visitor) => sealed.map((each) => [each, visitor] as const));
}

/**
 * What a snapshot says, if it is one that the collector has signed today, for a visitor whose cookie is beside it, and
 * of all models that are wanted; else `undefined`.
 */
export async function leadOfSnapshot(snapshot: Snapshot, keys: Keys): Promise<Lead | undefined> {
  const { site, models } = snapshot;
  const day = dayOf(Date.now());
  let isForged = false;
  for (const [sealed, visitor] of pairs(snapshot)) {
    const claims = claimsIn(sealed.claims);
    // What is of no use needs no look at its signature.
    if (!claims || claims.aud !== site || claims.day !== dayToIso(day)) continue;
    if (!(await isSealed(sealed, visitor, site, keys))) {
      isForged = true;
      continue;
    }
    const { id, mac } = visitor;
    const lead = leadOfClaims(`anon:${id}`, claims, models);
    if (!lead) return undefined;
    if (verified.size >= MOST_VERIFIED) verified.clear();
    const text = `${sealed.claims}.${sealed.mac}`;
    verified.set(nameOf(`${id}.${mac}`, models), { lead, day, sealed: text, keys });
    return lead;
  }
  // The collector may have got another secret.
  if (isForged && Date.now() - (known.get(site)?.at ?? 0) > RETRY_MS) known.delete(site);
  return undefined;
}

async function isSealed(
  { claims, mac }: SealedSnapshot,
  visitor: SignedVisitor,
  site: string,
  keys: Keys,
): Promise<boolean> {
  const text = encoder.encode(sealedText(site, visitor, claims));
  for (const key of keys) {
    if (await crypto.subtle.verify("HMAC", key, bytesOf(mac), text)) return true;
  }
  return false;
}

function importKey(text: string): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytesOf(text), hmac, false, ["verify"]);
}

function claimsIn(text: string): SnapshotClaims | undefined {
  try {
    const binary = atob(standard(text));
    // Mostly it is ASCII, which needs no second look.
    return JSON.parse(BEYOND_ASCII.test(binary) ? decoder.decode(bytesIn(binary)) : binary) as SnapshotClaims;
  } catch {
    return undefined;
  }
}

const BEYOND_ASCII = /[\u0080-\u00ff]/;

function bytesOf(text: string): Uint8Array {
  return bytesIn(atob(standard(text)));
}

function bytesIn(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function standard(base64url: string): string {
  return base64url.replaceAll("-", "+").replaceAll("_", "/");
}
