import { MAX_TRAIT_NAME_CHARS } from "../../../shared/limits.ts";
import { isObject, show } from "../../../shared/scoring/show.ts";
import { unknownKeys } from "../unknown-keys.ts";
import { type Fields, fieldsOf, type Tell } from "../webhooks/read-fields.ts";

/** What lets a site hear from HubSpot and ask it. */
export interface HubSpotConnection {
  /** Signs what HubSpot sends. */
  readonly clientSecret: string;
  /** Of a private app: an event says who it is about by HubSpot's own number alone, so HubSpot is asked. */
  readonly token: string;
  /** Of the API. */
  readonly url: string;
  /** The address as HubSpot has it, where a proxy in front changes it: it is part of what is signed. */
  readonly targetUrl?: string;
  /** The account whose events are taken, where the app is installed in several; else all are. */
  readonly portalId?: number;
  /** The property of contacts that is their userId here. */
  readonly contact: string;
  /** The property of contacts, and the trait that it becomes. */
  readonly traits: Readonly<Record<string, string>>;
  /** Ids of deal stages, by what entering one means. */
  readonly stages: Readonly<Record<StageMeaning, readonly string[]>>;
  /** Lifecycle stages of contacts that mean `Lead Qualified`. */
  readonly lifecycleStages: readonly string[];
}

export type StageMeaning = "qualified" | "won" | "lost";

/** What an owner changes of it; `null` ends the connection. */
export type HubSpotPatch = Partial<HubSpotConnection>;

const KEYS = [
  "clientSecret",
  "token",
  "url",
  "targetUrl",
  "portalId",
  "contact",
  "traits",
  "stages",
  "lifecycleStages",
];

const USUAL = {
  url: "https://api.hubapi.com",
  contact: "email",
  traits: {},
  stages: { qualified: [], won: ["closedwon"], lost: ["closedlost"] },
  lifecycleStages: ["salesqualifiedlead"],
} as const;

/** Internal names of HubSpot's properties. */
const PROPERTY = /^[a-z][a-z0-9_]{0,99}$/;
const ADDRESS = /^https?:\/\/\S{1,2000}$/;
const MAX_STAGES = 50;
const MAX_STAGE_CHARS = 100;

/** Tells by its path of all that is wrong, and no secret again. */
export function readConnection(value: unknown, tell: Tell): HubSpotPatch | null {
  const path = "settings.hubspot";
  if (value === null) return null;
  if (!isObject(value)) {
    tell(
      path,
      `wants an object, such as {"clientSecret": "…", "token": "pat-…"}, or null, got ${show(value)}`,
    );
    return {};
  }
  for (const { message } of unknownKeys(value, KEYS)) tell(path, message);
  const fields = fieldsOf(value, tell, path);
  const given = <K extends keyof HubSpotConnection>(key: K, read: () => HubSpotConnection[K]) =>
    value[key] === undefined ? {} : { [key]: read() };
  return {
    ...given("clientSecret", () => fields.secret("clientSecret", "the client secret of the app")),
    ...given("token", () => fields.secret("token", "the access token of a private app")),
    ...given("url", () => fields.text("url", 2_048).replace(/\/+$/, "")),
    ...given("targetUrl", () => fields.named("targetUrl", ADDRESS, "the address that HubSpot sends to")),
    ...given("portalId", () => fields.whole("portalId", 1, Number.MAX_SAFE_INTEGER, 0)),
    ...given("contact", () =>
      fields.named("contact", PROPERTY, 'the internal name of a property, such as "email"'),
    ),
    ...given("traits", () => readTraitNames(fields)),
    ...given("stages", () => readStages(fields)),
    ...given("lifecycleStages", () => readIds(fields, "lifecycleStages")),
  };
}

function readTraitNames({ texts, tellOf }: Fields): HubSpotConnection["traits"] {
  const traits = texts("traits", PROPERTY, '{"jobtitle": "title"}', {});
  for (const name of Object.values(traits)) {
    if (name.length > MAX_TRAIT_NAME_CHARS)
      tellOf(
        "traits",
        `wants names of traits of at most ${MAX_TRAIT_NAME_CHARS} characters, got ${show(name)}`,
      );
  }
  return traits;
}

function readStages(fields: Fields): HubSpotConnection["stages"] {
  const inner = fields.inner("stages", Object.keys(USUAL.stages), '{"won": ["closedwon"]}');
  const ids = (meaning: StageMeaning) =>
    inner?.body[meaning] === undefined ? USUAL.stages[meaning] : readIds(inner, meaning);
  return { qualified: ids("qualified"), won: ids("won"), lost: ids("lost") };
}

function readIds({ body, tellOf }: Fields, key: string): readonly string[] {
  const value = body[key];
  if (Array.isArray(value) && value.length <= MAX_STAGES && value.every(isId)) return value;
  tellOf(
    key,
    `wants a list of at most ${MAX_STAGES} ids of stages, such as ["closedwon"], got ${show(value)}`,
  );
  return [];
}

function isId(id: unknown): id is string {
  return typeof id === "string" && id !== "" && id.length <= MAX_STAGE_CHARS;
}

/** `incomplete` where a secret is missing: the token is not sent to another address than it was given for. */
export function changeConnection(
  old: HubSpotConnection | undefined,
  patch: HubSpotPatch,
): HubSpotConnection | "incomplete" {
  const { clientSecret, token, ...others } = { ...old, ...patch };
  const isMoved = patch.url !== undefined && patch.url !== (old?.url ?? USUAL.url);
  if (clientSecret === undefined || token === undefined) return "incomplete";
  if (isMoved && patch.token === undefined) return "incomplete";
  return { ...USUAL, ...others, clientSecret, token };
}

/** What is told of it: no secret. */
export function connectionView(connection: HubSpotConnection) {
  const { clientSecret: _, ...others } = connection;
  const { token: _hidden, ...shown } = others;
  return shown;
}
