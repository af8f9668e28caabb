import type { WarnReason } from "../../shared/event.ts";
import { isObject } from "../../shared/page-context.ts";
import { readId } from "../../shared/parse-event.ts";
import { TOKEN_CLOCK_TOLERANCE_S } from "./identity-limits.ts";
import type { TokenAlg, TokenKey } from "./identity-settings.ts";
import type { SiteId } from "./site.ts";

/** What is wrong with a token, so that its user stays a claim. */
export type TokenProblem = Extract<WarnReason, `${string}token${string}`>;

export interface TokenHeader {
  readonly alg: TokenAlg;
  readonly kid: string | undefined;
}

/** `undefined` for any other than the two algorithms, and where there are extensions that would have to be understood. */
export function readTokenHeader(header: unknown): TokenHeader | undefined {
  if (!isObject(header) || "crit" in header || "b64" in header) return undefined;
  const { alg, kid } = header;
  if ((alg !== "HS256" && alg !== "EdDSA") || (kid !== undefined && typeof kid !== "string"))
    return undefined;
  return { alg, kid };
}

/** The keys that a token may be signed with: its alg says nothing that the key does not say. */
export function keysFor({ alg, kid }: TokenHeader, keys: readonly TokenKey[]): readonly TokenKey[] {
  return keys.filter((key) => key.alg === alg && (kid === undefined || key.kid === kid));
}

/** The user that the claims of a token with a good signature are about. */
export function userOfClaims(
  claims: unknown,
  site: SiteId,
  audience: string | undefined,
  nowS: number,
): { readonly user: string } | { readonly problem: TokenProblem } {
  if (!isObject(claims)) return { problem: "token_malformed" };
  const { sub, exp, nbf, aud } = claims;
  if (!isTime(exp)) return { problem: "token_without_expiry" };
  if (exp + TOKEN_CLOCK_TOLERANCE_S <= nowS) return { problem: "token_expired" };
  if (nbf !== undefined && !(isTime(nbf) && nbf - TOKEN_CLOCK_TOLERANCE_S <= nowS)) {
    return { problem: "token_expired" };
  }
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.some((each) => each === site || (audience !== undefined && each === audience))) {
    return { problem: "token_wrong_audience" };
  }
  const user = typeof sub === "string" ? readId(sub) : "";
  return user ? { user } : { problem: "token_wrong_subject" };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
