import type { CrossingRecord } from "../crossing-record.ts";
import { type Answer, codeOf, failure, fieldOf } from "./answers.ts";
import { DAILY_LIMIT_PAUSE_MS } from "./delivery-limits.ts";
import type { SalesforceDocument } from "./destination.ts";
import type { Outcome } from "./schedule.ts";

/** What lets one into an org, and where that is. */
export interface Session {
  readonly token: string;
  readonly instance: string;
}

export const TOKEN_PATH = "/services/oauth2/token";

/** `undefined` where the answer to the token request has none. */
export function sessionOf({ status, text }: Answer): Session | undefined {
  const [token, instance] = [fieldOf(text, "access_token"), fieldOf(text, "instance_url")];
  if (status !== 200 || typeof token !== "string" || typeof instance !== "string") return undefined;
  return { token, instance: instance.replace(/\/+$/, "") };
}

export function tokenFailure(answer: Answer, now: number): Outcome {
  const code = fieldOf(answer.text, "error");
  const shown = typeof code === "string" && /^[a-z_]{1,40}$/.test(code) ? ` ${code}` : "";
  const error = `Salesforce gave no token: it answered ${answer.status}${shown}.`;
  return { ...failure(error, answer, now), kind: "retry", error, isOfDestination: true };
}

/** Where it is seen that leads can be reached, and nothing is changed. */
export function leadCheck({ apiVersion }: SalesforceDocument): string {
  return `/services/data/${apiVersion}/sobjects/Lead`;
}

/** What the lead is found by; `undefined` where that is not known of the contact. */
export function externalIdOf(
  { externalId }: SalesforceDocument,
  crossing: CrossingRecord,
): string | undefined {
  const value = externalId.from === "ref" ? crossing.contact : crossing.traits[externalId.from];
  return value === undefined || value === "" ? undefined : String(value);
}

export function leadPath({ apiVersion, externalId }: SalesforceDocument, id: string): string {
  return `/services/data/${apiVersion}/sobjects/Lead/${externalId.field}/${encodeURIComponent(id)}`;
}

/**
 * The lead's fields. A new lead must have some, and the defaults are for these only: sent with a lead that there is, they
 * would take the place of what somebody has written.
 */
export function leadFields(document: SalesforceDocument, crossing: CrossingRecord, withDefaults: boolean) {
  const { fields, traits, defaults, externalId } = document;
  const known = Object.entries(traits).flatMap(([field, trait]) => {
    const value = crossing.traits[trait];
    return value === undefined || value === "" ? [] : [[field, value] as const];
  });
  const all = {
    ...(withDefaults ? defaults : {}),
    ...Object.fromEntries(known),
    [fields.score]: crossing.score,
    [fields.band]: crossing.to,
  };
  // It stands in the address, and must not stand in the body.
  return Object.fromEntries(Object.entries(all).filter(([field]) => field !== externalId.field));
}

export function errorCodeOf({ text }: Answer): string | undefined {
  return codeOf(fieldOf(text, 0, "errorCode"));
}

export function salesforceOutcome(answer: Answer, now: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const code = errorCodeOf(answer);
  const error = `Salesforce answered ${status}${code === undefined ? "" : ` ${code}`}.`;
  if (code === "REQUEST_LIMIT_EXCEEDED") {
    return { kind: "retry", error, isOfDestination: true, retryAfterMs: DAILY_LIMIT_PAUSE_MS };
  }
  if (code === "UNABLE_TO_LOCK_ROW") return { kind: "retry", error, isOfDestination: false };
  if (status === 401 || status === 403) return { kind: "retry", error, isOfDestination: true };
  if (status < 500 && status !== 408 && status !== 429) return { kind: "dead", error };
  return failure(error, answer, now);
}
