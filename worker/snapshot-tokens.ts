import type { Day } from "../shared/day.ts";
import type { Ref } from "../shared/event.ts";
import { sealedText, type SignedVisitor } from "../shared/lead.ts";
import { base64url } from "./base64url.ts";
import { claimsOf, type VisitorLead } from "./domain/lead-snapshot.ts";
import type { SiteId } from "./domain/site.ts";
import { sealingKey, secretsOf, snapshotKeyOf, type SnapshotSecrets } from "./snapshot-keys.ts";

/** Of our snapshots only: no verifier takes one for a token of another kind (RFC 8725). */
const TYPE = "afterglow-snapshot+jwt";
/** Of the hash that stands for a visitor: as many as its id is random in. */
const SUBJECT_BYTES = 16;

const encoder = new TextEncoder();

export interface SnapshotOf {
  readonly site: SiteId;
  readonly visitor: Ref;
  readonly day: Day;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A visitor's standing as a JWT that whoever has the public key can verify; `undefined` where there is no secret. */
export async function snapshotToken(
  env: SnapshotSecrets,
  lead: VisitorLead,
  { site, visitor, day, nowMs }: SnapshotOf,
): Promise<string | undefined> {
  const [secret] = secretsOf(env);
  if (secret === undefined) return undefined;
  const { kid, sign } = await snapshotKeyOf(secret);
  const sub = await subjectOf(secret, site, visitor);
  const claims = claimsOf(lead, { site, sub, day, nowMs });
  const text = `${encoded({ alg: "EdDSA", typ: TYPE, kid })}.${encoded(claims)}`;
  const signature = await crypto.subtle.sign({ name: "Ed25519" }, sign, encoder.encode(text));
  return `${text}.${base64url(signature)}`;
}

/** The same claims for Workers of the site's own, which share a secret with us: as in `readSealed`. */
export async function sealedSnapshot(
  env: SnapshotSecrets,
  token: string,
  site: SiteId,
  visitor: SignedVisitor,
): Promise<string | undefined> {
  const [secret] = secretsOf(env);
  const [, claims] = token.split(".");
  if (secret === undefined || claims === undefined) return undefined;
  const text = encoder.encode(sealedText(site, visitor, claims));
  return `${claims}.${base64url(await crypto.subtle.sign("HMAC", await sealingKey(secret, site), text))}`;
}

/** The public halves of all keys whose snapshots may be about, by RFC 7517. */
export async function snapshotJwks(env: SnapshotSecrets) {
  const pairs = await Promise.all(secretsOf(env).map(snapshotKeyOf));
  return {
    keys: pairs.map(({ kid, publicKey: x }) => {
      return { kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", kid, x };
    }),
  };
}

async function subjectOf(secret: string, site: SiteId, visitor: Ref): Promise<string> {
  const text = encoder.encode(`afterglow subject 1\n${visitor}`);
  const hash = await crypto.subtle.sign("HMAC", await sealingKey(secret, site), text);
  return base64url(new Uint8Array(hash, 0, SUBJECT_BYTES));
}

function encoded(value: object): string {
  return base64url(encoder.encode(JSON.stringify(value)));
}
