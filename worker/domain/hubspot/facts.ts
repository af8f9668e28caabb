import type { Scalar } from "../../../shared/event.ts";
import { plainValue } from "../inout/plain-value.ts";
import type { HubSpotConnection, StageMeaning } from "./connection.ts";
import { type Change, DEAL_STAGE, LIFECYCLE, type Notice } from "./notices.ts";
import type { HubSpotRecord } from "./records.ts";

/** What HubSpot may not know yet of what its own webhook says: asked again by its next attempt. */
const MAY_BE_BEHIND_MS = 10 * 60_000;
/** Within this a change is the one that HubSpot's record has, whatever clock has told its time. */
const SAME_CHANGE_MS = 60_000;

const OUTCOMES: Readonly<Record<StageMeaning, string>> = {
  qualified: "Lead Qualified",
  won: "Deal Won",
  lost: "Deal Lost",
};

/** An event as the Segment spec has it, of a user and with an id that is the same each time that HubSpot tells of it. */
export interface HubSpotFact {
  readonly type: "identify" | "track";
  readonly messageId: string;
  readonly userId: string;
  readonly timestamp: string;
  readonly traits?: Readonly<Record<string, Scalar | null>>;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, Scalar>>;
}

/** The userId of a contact; `undefined` where HubSpot knows none. Addresses are told in lower case, as HubSpot finds by them. */
export function userIdOf({ properties }: HubSpotRecord, { contact }: HubSpotConnection): string | undefined {
  const value = properties[contact]?.trim();
  return value && contact === "email" ? value.toLowerCase() : value;
}

/** Traits and `Lead Qualified`. */
export function factsOfContact(
  record: HubSpotRecord,
  notice: Notice,
  userId: string,
  connection: HubSpotConnection,
): HubSpotFact[] {
  const { traits, lifecycleStages } = connection;
  const stated = (
    name: string,
    at: number,
    stands: Readonly<Record<string, Scalar | null>>,
  ): HubSpotFact => ({
    type: "identify",
    messageId: idOf("contact", record.id, name, at, JSON.stringify(stands)),
    userId,
    timestamp: iso(at),
    traits: stands,
  });
  const changed = notice.changes.flatMap(({ property, value, at }) => {
    const trait = Object.hasOwn(traits, property) ? traits[property] : undefined;
    const stands = value === "" ? null : plainValue(value);
    return trait === undefined ? [] : [stated(property, at, { [trait]: stands })];
  });
  const whole = Object.entries(traits).flatMap(([property, trait]) => {
    const value = record.properties[property];
    return value === undefined ? [] : [[trait, plainValue(value)] as const];
  });
  const first = notice.newAt === undefined || whole.length === 0 ? [] : [[notice.newAt, whole] as const];
  return [
    ...first.map(([at, all]) => stated("all", at, Object.fromEntries(all))),
    ...changed,
    ...entered(record, notice, LIFECYCLE)
      .filter(({ value }) => lifecycleStages.includes(value))
      .map(({ value, at }) =>
        outcome("qualified", { userId, at, id: idOf("contact", record.id, value, at) }),
      ),
  ];
}

/** What a deal means for one of its contacts. */
export function factsOfDeal(
  deal: HubSpotRecord,
  notice: Notice,
  contact: { readonly id: string; readonly userId: string },
  { stages }: HubSpotConnection,
): HubSpotFact[] {
  // All that the deal has come to is news to who has just been tied to it.
  const isTied = notice.tied.includes(contact.id);
  return entered(deal, isTied ? { ...notice, newAt: 0 } : notice, DEAL_STAGE).flatMap(({ value, at }) =>
    MEANINGS.filter((meaning) => stages[meaning].includes(value)).map((meaning) => {
      const id = idOf("deal", deal.id, value, at);
      return outcome(meaning, { userId: contact.userId, at, id, properties: worth(deal) });
    }),
  );
}

const MEANINGS = ["qualified", "won", "lost"] as const;

/** Whether HubSpot was asked too early: its answer does not have what its webhook says. */
export function isBehind({ stages }: HubSpotRecord, notice: Notice, property: string, now: number): boolean {
  return stageChanges(notice, property).some(({ value, at }) => {
    const isKnown = recorded(stages, { value, at }) ?? stages.find((stage) => stage.at > at);
    return !isKnown && isRecent(at, now);
  });
}

/** Whether what HubSpot does not find may be too new to be found. */
export function isNewTo(notice: Notice, now: number): boolean {
  return isRecent(notice.at, now);
}

function isRecent(at: number, now: number): boolean {
  return now - at < MAY_BE_BEHIND_MS;
}

/** The stages that were entered as the notice tells: HubSpot's own record of them, so that each is the same whoever tells of it. */
function entered({ stages }: HubSpotRecord, notice: Notice, property: string): HubSpotRecord["stages"] {
  if (notice.newAt !== undefined) return stages;
  const found = stageChanges(notice, property).map((change) => recorded(stages, change) ?? change);
  return [...new Map(found.map((stage) => [`${stage.value} ${stage.at}`, stage])).values()];
}

function recorded(stages: HubSpotRecord["stages"], { value, at }: Pick<Change, "value" | "at">) {
  return stages
    .filter((stage) => stage.value === value && Math.abs(stage.at - at) <= SAME_CHANGE_MS)
    .toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}

function stageChanges({ changes }: Notice, property: string) {
  return changes.filter((change) => change.property === property);
}

function worth({ properties: { amount, pipeline } }: HubSpotRecord): Record<string, Scalar> {
  const value = amount === undefined ? Number.NaN : Number(amount);
  return {
    ...(Number.isFinite(value) ? { value } : {}),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}

function outcome(
  meaning: StageMeaning,
  {
    userId,
    at,
    id,
    properties = {},
  }: {
    readonly userId: string;
    readonly at: number;
    readonly id: string;
    readonly properties?: Readonly<Record<string, Scalar>>;
  },
): HubSpotFact {
  const event = OUTCOMES[meaning];
  return { type: "track", messageId: `${id}:${meaning}`, userId, timestamp: iso(at), event, properties };
}

function idOf(...parts: readonly (string | number)[]): string {
  return `hubspot:${parts.join(":")}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
