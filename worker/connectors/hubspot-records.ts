import type { AddressCheck } from "../destination-address.ts";
import type { HubSpotConnection } from "../domain/hubspot/connection.ts";
import {
  CONTACTS_AT_ONCE,
  contactsRequest,
  dealPath,
  type HubSpotRecord,
  readContacts,
  readDeal,
} from "../domain/hubspot/records.ts";
import type { Answer } from "../domain/webhooks/answers.ts";
import { hubSpotFailure } from "../domain/webhooks/hubspot.ts";
import { type Ask, NoAnswer, withAsking } from "./ask.ts";

/** What was found; `missing` is what HubSpot does not have, `failed` why some could not be asked for. */
export interface Found {
  readonly records: ReadonlyMap<string, HubSpotRecord>;
  readonly missing: readonly string[];
  readonly failed?: string;
}

/** Of the connections that a Worker may have at a time. */
const DEALS_AT_ONCE = 5;
/** Fifty contacts with fifty properties each. */
const MAX_RECORDS_BYTES = 4 * 1024 * 1024;

/** Asks HubSpot about deals, one by one: there is no other request that also tells their contacts. */
export function findDeals(
  connection: HubSpotConnection,
  ids: readonly string[],
  check: AddressCheck,
): Promise<Found> {
  return finding(connection, check, ids, DEALS_AT_ONCE, async (some, ask) => {
    const answers = await Promise.all(some.map(async (id) => [id, await ask("GET", dealPath(id))] as const));
    return answers.map(([id, answer]) => {
      if (answer.status === 404) return [id, undefined];
      const deal = answer.status === 200 ? readDeal(answer.text) : undefined;
      if (!deal) throw refusal(answer);
      return [id, deal];
    });
  });
}

export function findContacts(
  connection: HubSpotConnection,
  ids: readonly string[],
  check: AddressCheck,
): Promise<Found> {
  return finding(connection, check, ids, CONTACTS_AT_ONCE, async (some, ask) => {
    const { path, body } = contactsRequest(some, connection);
    const answer = await ask("POST", path, body);
    const contacts = answer.status === 200 || answer.status === 207 ? readContacts(answer.text) : undefined;
    if (!contacts) throw refusal(answer);
    return some.map((id) => [id, contacts.find((contact) => contact.id === id)]);
  });
}

type AskHubSpot = (method: "GET" | "POST", path: string, body?: string) => Promise<Answer>;

/** What has been found until something fails is told as well. */
async function finding(
  { url, token }: HubSpotConnection,
  check: AddressCheck,
  ids: readonly string[],
  atOnce: number,
  find: (
    some: readonly string[],
    ask: AskHubSpot,
  ) => Promise<readonly (readonly [string, HubSpotRecord | undefined])[]>,
): Promise<Found> {
  const records = new Map<string, HubSpotRecord>();
  const missing: string[] = [];
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const asking = (ask: Ask): AskHubSpot => {
    return (method, path, body) =>
      ask({
        method,
        url: url + path,
        headers,
        maxBytes: MAX_RECORDS_BYTES,
        ...(body === undefined ? {} : { body }),
      });
  };
  try {
    await withAsking(check, async (ask) => {
      for (let from = 0; from < ids.length; from += atOnce) {
        for (const [id, record] of await find(ids.slice(from, from + atOnce), asking(ask))) {
          if (record) records.set(id, record);
          else missing.push(id);
        }
      }
    });
    return { records, missing };
  } catch (problem) {
    if (!(problem instanceof NoAnswer)) throw problem;
    return { records, missing, failed: problem.message };
  }
}

/** In words of ours and HubSpot's codes. */
function refusal(answer: Answer): NoAnswer {
  const outcome = hubSpotFailure(answer, 0);
  return new NoAnswer("error" in outcome ? outcome.error : "HubSpot's answer cannot be read.");
}
