import { dayOf, dayToIso } from "../../shared/day.ts";
import {
  type AfterglowBinding,
  readCookie,
  readSealed,
  sealedText,
  snapshotCookieName,
  type SnapshotClaims,
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
  /** A `Cookie` header. */
  readonly header: string;
  /** The value of the visitor's own cookie in it. */
  readonly visitor: string;
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
  readonly day: string;
  /** By which it was: with other ones it is looked at again. */
  readonly keys: Keys;
}

/** Snapshots that this isolate has verified, by all that they were verified with: who looks at one page looks at more. */
const verified = new Map<string, Verified>();
/** At some two kilobytes each. */
const MOST_VERIFIED = 2_000;

/** See `leadOfSnapshot`: the same for one that this isolate has verified today, at once. */
export function verifiedLead({ header, visitor, site, models }: Snapshot, keys: Keys): Lead | undefined {
  const text = readCookie(header, snapshotCookieName(site));
  const kept = text && verified.get(nameOf(text, visitor, site, models));
  return kept && kept.keys === keys && kept.day === dayToIso(dayOf(Date.now())) ? kept.lead : undefined;
}

function nameOf(text: string, visitor: string, site: string, models: readonly string[] | undefined): string {
  return `${text}\n${visitor}\n${site}\n${models?.join() ?? ""}`;
}

/**
 * What a snapshot says, if it is one that the collector has signed today, for the visitor whose cookie is beside it, and
 * of all models that are wanted; else `undefined`.
 */
export async function leadOfSnapshot(
  { header, visitor, site, models }: Snapshot,
  keys: Keys,
): Promise<Lead | null | undefined> {
  const cookie = readCookie(header, snapshotCookieName(site)) ?? "";
  const sealed = readSealed(cookie);
  const [id = ""] = visitor.split(".");
  const claims = sealed && claimsIn(sealed.claims);
  // What is of no use needs no look at its signature.
  if (!claims || claims.aud !== site || claims.day !== dayToIso(dayOf(Date.now()))) return undefined;
  const mac = bytesOf(sealed.mac);
  const text = encoder.encode(sealedText(site, id, sealed.claims));
  for (const key of keys) {
    if (!(await crypto.subtle.verify("HMAC", key, mac, text))) continue;
    const isWhole = models ? models.every((model) => model in claims.models) : claims.cut === undefined;
    const lead = isWhole ? leadOfClaims(`anon:${id}`, claims) : undefined;
    if (!lead) return lead;
    if (verified.size >= MOST_VERIFIED) verified.clear();
    verified.set(nameOf(cookie, visitor, site, models), { lead, day: claims.day, keys });
    return lead;
  }
  // The collector may have got another secret.
  if (Date.now() - (known.get(site)?.at ?? 0) > RETRY_MS) known.delete(site);
  return undefined;
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
