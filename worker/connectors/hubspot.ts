import type { HubSpotDocument } from "../domain/webhooks/destination.ts";
import {
  contactUpsert,
  dealCreation,
  HUBSPOT_CHECK,
  hubSpotFailure,
  hubSpotId,
  taskCreation,
} from "../domain/webhooks/hubspot.ts";
import { emailOf } from "../domain/webhooks/message.ts";
import type { Outcome } from "../domain/webhooks/schedule.ts";
import type { Ask } from "./ask.ts";
import type { Attempt } from "./attempt.ts";

/**
 * The contact, then the deal, then the task. The contact is the same when it is sent again; of the deal it is noted that
 * it was made, so that what fails after it makes no second one.
 */
export async function deliverToHubSpot(
  ask: Ask,
  document: HubSpotDocument,
  { message, now, progress }: Attempt,
): Promise<Outcome> {
  const { crossing, isTest } = message;
  const headers = { authorization: `Bearer ${document.token}`, "content-type": "application/json" };
  if (isTest) {
    const answer = await ask({ method: "GET", url: document.url + HUBSPOT_CHECK, headers });
    return answer.status === 200 ? { kind: "delivered" } : hubSpotFailure(answer, now);
  }
  const post = async ({ path, body }: { readonly path: string; readonly body: object }) =>
    hubSpotId(
      await ask({ method: "POST", url: document.url + path, headers, body: JSON.stringify(body) }),
      now,
    );
  const email = emailOf(crossing);
  if (email === undefined) {
    return {
      kind: "skipped",
      error: "No e-mail address is known of the contact, and HubSpot finds contacts by it.",
    };
  }
  const contact = await post(contactUpsert(document, email, crossing));
  if ("kind" in contact) return contact;
  let dealId = await progress.read();
  if (document.deal && dealId === undefined) {
    const deal = await post(dealCreation(document.deal, contact.id, crossing));
    if ("kind" in deal) return deal;
    dealId = deal.id;
    if (document.task) await progress.write(dealId);
  }
  if (document.task) {
    const ids = { contactId: contact.id, ...(dealId === undefined ? {} : { dealId }) };
    const task = await post(taskCreation(document.task, ids, message));
    if ("kind" in task) return task;
  }
  return { kind: "delivered" };
}
