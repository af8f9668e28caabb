import type { Answer } from "../domain/webhooks/answers.ts";
import type { SalesforceDocument } from "../domain/webhooks/destination.ts";
import {
  errorCodeOf,
  externalIdOf,
  leadCheck,
  leadFields,
  leadPath,
  salesforceOutcome,
  type Session,
  sessionOf,
  TOKEN_PATH,
  tokenFailure,
} from "../domain/webhooks/salesforce.ts";
import type { Outcome } from "../domain/webhooks/schedule.ts";
import type { Ask } from "./ask.ts";
import type { Attempt, Note } from "./attempt.ts";

/** Upserts the lead by its external id. The token is kept until Salesforce says that it holds no more. */
export async function deliverToSalesforce(
  ask: Ask,
  document: SalesforceDocument,
  { message, now, session }: Attempt,
): Promise<Outcome> {
  const { crossing, isTest } = message;
  const id = externalIdOf(document, crossing);
  if (id === undefined) {
    const error = `No ${document.externalId.from} is known of the contact, and leads are found by it.`;
    return { kind: "skipped", error };
  }
  const send = (isNew: boolean) => (open: Session) => {
    const headers = { authorization: `Bearer ${open.token}`, "content-type": "application/json" };
    if (isTest) return ask({ method: "GET", url: open.instance + leadCheck(document), headers });
    const body = JSON.stringify(leadFields(document, crossing, isNew));
    return ask({ method: "PATCH", url: open.instance + leadPath(document, id), headers, body });
  };
  const first = await inSession(ask, document, { now, session }, send(false));
  if ("kind" in first) return first;
  if (errorCodeOf(first) !== "REQUIRED_FIELD_MISSING") return salesforceOutcome(first, now);
  const again = await inSession(ask, document, { now, session }, send(true));
  return "kind" in again ? again : salesforceOutcome(again, now);
}

/** Asks with the token that there is, and once more with a new one where that holds no more. */
async function inSession(
  ask: Ask,
  document: SalesforceDocument,
  { now, session }: { readonly now: number; readonly session: Note },
  act: (open: Session) => Promise<Answer>,
): Promise<Answer | Outcome> {
  const kept = await session.read();
  if (kept !== undefined) {
    const answer = await act(JSON.parse(kept) as Session);
    if (answer.status !== 401) return answer;
  }
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: document.clientId,
    client_secret: document.clientSecret,
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await ask({ method: "POST", url: document.url + TOKEN_PATH, headers, body });
  const open = sessionOf(answer);
  if (!open) return tokenFailure(answer, now);
  await session.write(JSON.stringify(open));
  return act(open);
}
