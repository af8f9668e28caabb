import { Webhook } from "standardwebhooks";

import { outcomeOf } from "../domain/webhooks/answers.ts";
import { type SigningSecret, validSecrets } from "../domain/webhooks/destination.ts";
import { webhookPayload } from "../domain/webhooks/message.ts";
import type { Outcome } from "../domain/webhooks/schedule.ts";
import { slackMessage, slackOutcome } from "../domain/webhooks/slack.ts";
import { type Ask, NoAnswer, withAsking } from "./ask.ts";
import type { Attempt } from "./attempt.ts";
import { deliverToHubSpot } from "./hubspot.ts";
import { deliverToSalesforce } from "./salesforce.ts";

/** Tries once. Never throws. */
export async function deliver(attempt: Attempt): Promise<Outcome> {
  try {
    return await withAsking(attempt.check, (ask) => deliverBy(ask, attempt));
  } catch (problem) {
    if (problem instanceof NoAnswer) {
      return { kind: "retry", error: problem.message, isOfDestination: true };
    }
    console.error("A delivery failed here, and is tried again.", problem);
    return { kind: "retry", error: "It failed in the collector; its log says more.", isOfDestination: false };
  }
}

function deliverBy(ask: Ask, attempt: Attempt): Promise<Outcome> {
  const { document, secrets } = attempt.destination;
  switch (document.type) {
    case "webhook":
      return deliverToWebhook(ask, document.url, secrets, attempt);
    case "slack":
      return deliverToSlack(ask, document.url, attempt);
    case "hubspot":
      return deliverToHubSpot(ask, document, attempt);
    case "salesforce":
      return deliverToSalesforce(ask, document, attempt);
  }
}

/** By the Standard Webhooks spec, signed with each secret that holds. */
async function deliverToWebhook(
  ask: Ask,
  url: string,
  secrets: readonly SigningSecret[],
  { message, now }: Attempt,
): Promise<Outcome> {
  const body = webhookPayload(message);
  const time = new Date(now);
  const signatures = validSecrets(secrets, now).map(({ secret }) =>
    new Webhook(secret).sign(message.id, time, body),
  );
  const headers = {
    "content-type": "application/json",
    "webhook-id": message.id,
    "webhook-timestamp": String(Math.floor(now / 1_000)),
    "webhook-signature": signatures.join(" "),
  };
  return outcomeOf(await ask({ method: "POST", url, headers, body }), now);
}

async function deliverToSlack(ask: Ask, url: string, { message, now }: Attempt): Promise<Outcome> {
  const body = JSON.stringify(slackMessage(message));
  const headers = { "content-type": "application/json" };
  return slackOutcome(await ask({ method: "POST", url, headers, body }), now);
}
