import type { KeyKind, SiteId } from "./site.ts";

/** Who a key is, as it says itself: true where its signature is. */
export interface KeyName {
  readonly kind: KeyKind;
  readonly site: SiteId;
  readonly kid: string;
}

export interface SignedKey extends KeyName {
  /** 144 bits, so that no bit of its 24 characters of base64url is to spare. */
  readonly mac: string;
}

export const MAC_BYTES = 18;

const PREFIXES = { write: "wk", secret: "sk" } as const;
/** Of letters that stay as they are in addresses, headers, and as the user name of Basic. */
const SIGNED = /^(wk|sk)_([a-z0-9][a-z0-9-]{0,31})\.([0-9a-f]{16})\.([\w-]{24})$/;

/** Reads `wk_<site>.<kid>.<mac>`, and `sk_…` of a secret key; `undefined` where it is neither. */
export function parseSignedKey(text: string): SignedKey | undefined {
  const [, prefix, site = "", kid = "", mac = ""] = SIGNED.exec(text) ?? [];
  if (prefix === undefined) return undefined;
  return { kind: prefix === "wk" ? "write" : "secret", site, kid, mac };
}

export function formatSignedKey({ kind, site, kid }: KeyName, mac: string): string {
  return `${PREFIXES[kind]}_${site}.${kid}.${mac}`;
}

/** What is signed: begins with what for, so that no signature of another kind of thing is one of a key. */
export function signedText({ kind, site, kid }: KeyName): string {
  return `afterglow key 1\n${kind}\n${site}\n${kid}`;
}
