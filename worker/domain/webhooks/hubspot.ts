import type { CrossingRecord } from "../crossing-record.ts";
import { type Answer, codeOf, failure, fieldOf } from "./answers.ts";
import { DAILY_LIMIT_PAUSE_MS } from "./delivery-limits.ts";
import type { HubSpotDocument } from "./destination.ts";
import { filledIn, type Message, reasonLines } from "./message.ts";
import type { Outcome } from "./schedule.ts";

/** Of HubSpot's API. */
const CRM = "/crm/objects/2026-03";
const DAY_MS = 86_400_000;

interface Post {
  readonly path: string;
  readonly body: object;
}

/** Where it is seen that the token works, and nothing is changed. */
export const HUBSPOT_CHECK = `${CRM}/contacts?limit=1`;

/** Creates the contact with this e-mail address, or updates it. */
export function contactUpsert(
  { properties, traits }: HubSpotDocument,
  email: string,
  crossing: CrossingRecord,
): Post {
  const known = Object.entries(traits).flatMap(([property, trait]) => {
    const value = crossing.traits[trait];
    return value === undefined ? [] : [[property, String(value)] as const];
  });
  const own = {
    ...Object.fromEntries(known),
    email,
    [properties.score]: String(crossing.score),
    [properties.band]: crossing.to ?? "",
  };
  return {
    path: `${CRM}/contacts/batch/upsert`,
    body: { inputs: [{ id: email, idProperty: "email", properties: own }] },
  };
}

/** The ids of associations that HubSpot defines. */
const DEAL_TO_CONTACT = 3;
const TASK_TO_CONTACT = 204;
const TASK_TO_DEAL = 216;

export function dealCreation(
  deal: NonNullable<HubSpotDocument["deal"]>,
  contactId: string,
  crossing: CrossingRecord,
): Post {
  const { stage, pipeline, name } = deal;
  const properties = {
    dealname: filledIn(name, crossing),
    dealstage: stage,
    ...(pipeline === undefined ? {} : { pipeline }),
  };
  return {
    path: `${CRM}/0-3`,
    body: { properties, associations: [association(contactId, DEAL_TO_CONTACT)] },
  };
}

export function taskCreation(
  task: NonNullable<HubSpotDocument["task"]>,
  { contactId, dealId }: { readonly contactId: string; readonly dealId?: string },
  { crossing, link }: Message,
): Post {
  const { subject, ownerId, dueInDays } = task;
  const properties = {
    hs_task_subject: filledIn(subject, crossing),
    hs_task_body: [...reasonLines(crossing), link].map(escaped).join("<br>"),
    hs_task_status: "NOT_STARTED",
    hs_task_type: "TODO",
    hs_timestamp: new Date(crossing.at + dueInDays * DAY_MS).toISOString(),
    ...(ownerId === undefined ? {} : { hubspot_owner_id: ownerId }),
  };
  const associations = [
    association(contactId, TASK_TO_CONTACT),
    ...(dealId === undefined ? [] : [association(dealId, TASK_TO_DEAL)]),
  ];
  return { path: `${CRM}/tasks`, body: { properties, associations } };
}

/** The body of a task is shown as HTML. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function association(id: string, associationTypeId: number) {
  return { to: { id }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId }] };
}

/** The id of what was made or changed, or what has become of it. A batch of one may fail inside a 207. */
export function hubSpotId(answer: Answer, now: number): { readonly id: string } | Outcome {
  const { status, text } = answer;
  const id = fieldOf(text, "results", 0, "id") ?? fieldOf(text, "id");
  if (status >= 200 && status < 300 && status !== 207 && typeof id === "string") return { id };
  if (status === 207 && typeof id === "string" && fieldOf(text, "errors", 0) === undefined) return { id };
  return hubSpotFailure(answer, now);
}

export function hubSpotFailure(answer: Answer, now: number): Outcome {
  const { status, text } = answer;
  const code = codeOf(fieldOf(text, "category")) ?? codeOf(fieldOf(text, "errors", 0, "category"));
  const policy = codeOf(fieldOf(text, "policyName"));
  const error = `HubSpot answered ${[status, code ?? policy].filter((part) => part !== undefined).join(" ")}.`;
  if (status === 429) {
    const usual = policy === "DAILY" ? DAILY_LIMIT_PAUSE_MS : 10_000;
    const told = failure(error, answer, now);
    return { retryAfterMs: usual, ...told, kind: "retry", error, isOfDestination: true };
  }
  // Nothing gets through with a token that is not taken, or lacks a scope: others need not be tried.
  if (status === 401 || status === 403) return { kind: "retry", error, isOfDestination: true };
  if (status < 300 || status === 400 || status === 404 || status === 409) return { kind: "dead", error };
  return failure(error, answer, now);
}
