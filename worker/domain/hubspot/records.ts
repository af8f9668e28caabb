import { parseTime } from "../../../shared/day.ts";
import { isObject, type JsonObject } from "../../../shared/page-context.ts";
import type { HubSpotConnection } from "./connection.ts";
import { DEAL_STAGE, LIFECYCLE } from "./notices.ts";

/** A contact or a deal as HubSpot's API tells it. */
export interface HubSpotRecord {
  readonly id: string;
  /** What is empty is left out. */
  readonly properties: Readonly<Record<string, string>>;
  /** What its stage has been, and since when. */
  readonly stages: readonly { readonly value: string; readonly at: number }[];
  /** Of a deal: its contacts. */
  readonly contacts: readonly string[];
}

const CRM = "/crm/objects/2026-03";
/** HubSpot's own limit where histories are asked for. */
export const CONTACTS_AT_ONCE = 50;

export function contactsRequest(ids: readonly string[], { contact, traits }: HubSpotConnection) {
  const properties = [...new Set([contact, ...Object.keys(traits)])];
  const inputs = ids.map((id) => ({ id }));
  const body = { inputs, properties, propertiesWithHistory: [LIFECYCLE] };
  return { path: `${CRM}/contacts/batch/read`, body: JSON.stringify(body) };
}

export function dealPath(id: string): string {
  const query = `properties=amount&properties=pipeline&propertiesWithHistory=${DEAL_STAGE}&associations=contacts`;
  return `${CRM}/0-3/${id}?${query}`;
}

/** `undefined` where the answer is not what HubSpot's description says. */
export function readContacts(text: string): readonly HubSpotRecord[] | undefined {
  const answer = parsed(text);
  if (!isObject(answer) || !Array.isArray(answer.results)) return undefined;
  return answer.results.flatMap((each: unknown) => recordOf(each, LIFECYCLE) ?? []);
}

/** `undefined` where the answer is not what HubSpot's description says. */
export function readDeal(text: string): HubSpotRecord | undefined {
  return recordOf(parsed(text), DEAL_STAGE);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown, stage: string): HubSpotRecord | undefined {
  if (!isObject(value) || typeof value.id !== "string" || !isObject(value.properties)) return undefined;
  const entries = Object.entries(value.properties).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
  );
  const history = isObject(value.propertiesWithHistory) ? value.propertiesWithHistory[stage] : [];
  return {
    id: value.id,
    properties: Object.fromEntries(entries),
    stages: (Array.isArray(history) ? history : []).flatMap(stageOf),
    contacts: contactsOf(value),
  };
}

function stageOf(entry: unknown): { readonly value: string; readonly at: number }[] {
  const at = isObject(entry) ? parseTime(entry.timestamp) : undefined;
  if (!isObject(entry) || typeof entry.value !== "string" || at === undefined) return [];
  return [{ value: entry.value, at }];
}

/** Each once: a contact that is tied in two ways is named twice. */
function contactsOf({ associations }: JsonObject): string[] {
  const tied = isObject(associations) && isObject(associations.contacts) ? associations.contacts.results : [];
  const ids = (Array.isArray(tied) ? tied : []).flatMap((each: unknown) =>
    isObject(each) && typeof each.id === "string" ? [each.id] : [],
  );
  return [...new Set(ids)];
}
