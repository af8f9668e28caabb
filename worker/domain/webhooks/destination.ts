import type { Filter } from "./filter.ts";
import type { Health } from "./schedule.ts";

/** What all destinations have. */
interface Common {
  /** For whoever reads the list. */
  readonly name?: string;
  /** False where the owner has switched it off: it gets nothing then. */
  readonly enabled: boolean;
  readonly filter: Filter;
  /** Of the dashboard that links lead to, in place of the address by which the destination was made. */
  readonly linkOrigin?: string;
}

interface WebhookDocument extends Common {
  readonly type: "webhook";
  readonly url: string;
}

interface SlackDocument extends Common {
  readonly type: "slack";
  /** Who knows it can post: a secret. */
  readonly url: string;
}

export interface HubSpotDocument extends Common {
  readonly type: "hubspot";
  /** Of the API. */
  readonly url: string;
  readonly token: string;
  /** The names of HubSpot's properties of contacts. */
  readonly properties: { readonly score: string; readonly band: string };
  /** HubSpot's property, and the trait that it gets. */
  readonly traits: Readonly<Record<string, string>>;
  readonly deal?: { readonly stage: string; readonly pipeline?: string; readonly name: string };
  readonly task?: { readonly subject: string; readonly ownerId?: string; readonly dueInDays: number };
}

export interface SalesforceDocument extends Common {
  readonly type: "salesforce";
  /** Of the org, "My Domain". */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiVersion: string;
  /** The lead's field by which it is found, and what of the contact stands in it: its ref, or a trait. */
  readonly externalId: { readonly field: string; readonly from: string };
  readonly fields: { readonly score: string; readonly band: string };
  /** Salesforce's field, and the trait that it gets. */
  readonly traits: Readonly<Record<string, string>>;
  /** Of fields that a new lead must have, where the trait is not known. */
  readonly defaults: Readonly<Record<string, string>>;
}

export type DestinationDocument = WebhookDocument | SlackDocument | HubSpotDocument | SalesforceDocument;

export type DestinationType = DestinationDocument["type"];

/** A secret that signs webhooks. */
export interface SigningSecret {
  /** `whsec_` and base64. */
  readonly secret: string;
  readonly expiresAt?: number;
}

export interface Destination {
  readonly id: string;
  readonly createdAt: number;
  /** By which it was made. */
  readonly origin: string;
  readonly document: DestinationDocument;
  /** Of webhooks; the newest is the first. */
  readonly secrets: readonly SigningSecret[];
}

export interface DestinationState {
  readonly health: Health;
  readonly disabledAt: number | null;
  readonly disabledFor: string | null;
}

/** How many deliveries there are of each kind. */
export interface Counts {
  readonly pending: number;
  readonly dead: number;
}

/** What is never told again, by type. */
export const SECRET_KEYS: Readonly<Record<DestinationType, readonly string[]>> = {
  webhook: [],
  slack: ["url"],
  hubspot: ["token"],
  salesforce: ["clientSecret"],
};

export type DestinationView = ReturnType<typeof destinationView>;

/** A destination as it is told: no secrets. */
export function destinationView(
  { id, createdAt, document, secrets }: Destination,
  { health, disabledAt, disabledFor }: DestinationState,
  counts: Counts,
  now: number,
) {
  const hidden = SECRET_KEYS[document.type];
  const shown = Object.fromEntries(Object.entries(document).filter(([key]) => !hidden.includes(key)));
  const signing = validSecrets(secrets, now).map(({ expiresAt }) =>
    expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) },
  );
  return {
    id,
    ...shown,
    createdAt: iso(createdAt),
    status: disabledAt === null ? (document.enabled ? "active" : "off") : "disabled",
    ...(disabledAt === null ? {} : { disabled: { at: iso(disabledAt), reason: disabledFor } }),
    ...(health.failingSince === null ? {} : { failingSince: iso(health.failingSince) }),
    ...(health.pausedUntil > now ? { pausedUntil: iso(health.pausedUntil) } : {}),
    ...(document.type === "webhook" ? { secrets: signing } : {}),
    deliveries: counts,
  };
}

export function validSecrets(secrets: readonly SigningSecret[], now: number): readonly SigningSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
}

/** The address of a contact in the dashboard. */
export function linkTo({ origin, document }: Destination, ref: string): string {
  return `${document.linkOrigin ?? origin}/dashboard#/contacts/${encodeURIComponent(ref)}`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
