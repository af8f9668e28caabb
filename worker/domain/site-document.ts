import type { Issue } from "../../shared/scoring/issue.ts";
import { isObject, show, within } from "../../shared/scoring/show.ts";
import { readAbuseSettings } from "./abuse-settings.ts";
import { type HubSpotPatch, readConnection } from "./hubspot/connection.ts";
import { type IdentityPatch, readIdentity } from "./identity-settings.ts";
import { MAX_SHARDS } from "./index/index-limits.ts";
import { KEEPING_SETTINGS, readKeeping } from "./keeping.ts";
import { originProblem } from "./origins.ts";
import { MAX_ORIGINS, MAX_OVERLAP_DAYS, MAX_SITE_NAME_CHARS, OVERLAP_DAYS } from "./site-limits.ts";
import { isSiteId, type KeyKind, type SiteId, type SiteSettings } from "./site.ts";
import { unknownKeys } from "./unknown-keys.ts";

/** What an owner changes of a site. */
export interface SitePatch {
  readonly name?: string;
  readonly origins?: readonly string[];
  readonly settings?: SettingsPatch;
}

/** Each setting that is named is changed; the others stay. */
export interface SettingsPatch extends Omit<SiteSettings, "identity" | "hubspot" | "indexShardsBefore"> {
  readonly identity?: IdentityPatch;
  /** `null` ends the connection. */
  readonly hubspot?: HubSpotPatch | null;
}

export interface SiteDraft extends SitePatch {
  readonly id: SiteId;
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** The settings that a site can have. */
const SETTINGS: readonly string[] = [
  "bots",
  "hubspot",
  "identity",
  "indexShards",
  "limits",
  "snapshots",
  ...KEEPING_SETTINGS,
];

export function readSitePatch(body: unknown): Read<SitePatch> {
  if (!isObject(body)) return notAnObject('{"origins": ["https://www.example.com"]}');
  const issues: Issue[] = unknownKeys(body, ["name", "origins", "settings"]);
  const tell = (path: string, message: string) => void issues.push({ path, message });
  const name = body["name"] === undefined ? undefined : readName(body["name"], tell);
  const origins = body["origins"] === undefined ? undefined : readOrigins(body["origins"], tell);
  const settings = body["settings"] === undefined ? undefined : readSettings(body["settings"], tell);
  if (issues.length > 0) return { ok: false, issues };
  const patch = {
    ...(name === undefined ? {} : { name }),
    ...(origins === undefined ? {} : { origins }),
    ...(settings === undefined ? {} : { settings }),
  };
  return { ok: true, value: patch };
}

export function readSiteDraft(body: unknown): Read<SiteDraft> {
  if (!isObject(body)) return notAnObject('{"id": "shop", "origins": ["https://shop.example.com"]}');
  const { id, ...patch } = body;
  const read = readSitePatch(patch);
  const isId = typeof id === "string" && isSiteId(id);
  if (read.ok && isId) return { ok: true, value: { ...read.value, id } };
  const wrong = {
    path: "id",
    message: `wants 1 to 32 of a to z, 0 to 9 and "-", not "-" first, such as "shop", got ${show(id)}`,
  };
  return { ok: false, issues: [...(isId ? [] : [wrong]), ...(read.ok ? [] : read.issues)] };
}

/** The kind of a key that is to be made. */
export function readKeyKind(body: unknown): Read<KeyKind> {
  if (!isObject(body)) return notAnObject('{"kind": "write"}');
  const { kind } = body;
  const issues = unknownKeys(body, ["kind"]);
  if (kind === "write" || kind === "secret") {
    return issues.length > 0 ? { ok: false, issues } : { ok: true, value: kind };
  }
  const wrong = { path: "kind", message: `wants "write" or "secret", got ${show(kind)}` };
  return { ok: false, issues: [...issues, wrong] };
}

/** How long, in days, a key holds beside the one that takes its place. */
export function readOverlap(body: unknown): Read<number> {
  if (!isObject(body)) return notAnObject(`{"overlapDays": ${OVERLAP_DAYS}}`);
  const { overlapDays = OVERLAP_DAYS } = body;
  const issues = unknownKeys(body, ["overlapDays"]);
  const isDays = typeof overlapDays === "number" && overlapDays >= 0 && overlapDays <= MAX_OVERLAP_DAYS;
  if (isDays && issues.length === 0) return { ok: true, value: overlapDays };
  const message = `wants a number of days from 0 to ${MAX_OVERLAP_DAYS}, got ${show(overlapDays)}`;
  return { ok: false, issues: [...issues, ...(isDays ? [] : [{ path: "overlapDays", message }])] };
}

function notAnObject(example: string): { readonly ok: false; readonly issues: readonly Issue[] } {
  return { ok: false, issues: [{ path: "", message: `The body wants an object, such as ${example}` }] };
}

type Tell = (path: string, message: string) => void;

function readName(name: unknown, tell: Tell): string | undefined {
  if (typeof name === "string" && name.trim() !== "" && name.length <= MAX_SITE_NAME_CHARS) return name;
  tell("name", `wants a text of 1 to ${MAX_SITE_NAME_CHARS} characters, got ${show(name)}`);
  return undefined;
}

function readOrigins(origins: unknown, tell: Tell): readonly string[] | undefined {
  if (!Array.isArray(origins)) {
    tell("origins", `wants a list of origins, empty for any page, got ${show(origins)}`);
    return undefined;
  }
  if (origins.length > MAX_ORIGINS) {
    const advice = '"https://*.example.com" stands for all hosts of a domain';
    tell("origins", `has at most ${MAX_ORIGINS} origins, got ${origins.length}; ${advice}`);
    return undefined;
  }
  return origins.filter((origin: unknown, i): origin is string => {
    const problem = originProblem(origin);
    if (problem !== undefined) tell(within("origins", i), problem);
    return typeof origin === "string";
  });
}

function readSettings(settings: unknown, tell: Tell): SettingsPatch | undefined {
  if (!isObject(settings)) {
    tell("settings", `wants an object, got ${show(settings)}`);
    return undefined;
  }
  for (const { message } of unknownKeys(settings, SETTINGS)) tell("settings", message);
  const { identity, hubspot } = settings;
  return {
    ...readAbuseSettings(settings, (path, message) => tell(`settings.${path}`, message)),
    ...readKeeping(settings, tell),
    ...readIndexShards(settings["indexShards"], tell),
    ...readSnapshots(settings["snapshots"], tell),
    ...(identity === undefined ? {} : { identity: readIdentity(identity, tell) }),
    ...(hubspot === undefined ? {} : { hubspot: readConnection(hubspot, tell) }),
  };
}

function readIndexShards(shards: unknown, tell: Tell): Pick<SettingsPatch, "indexShards"> {
  if (shards === undefined) return {};
  if (typeof shards === "number" && Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS) {
    return { indexShards: shards };
  }
  tell(
    "settings.indexShards",
    `wants a whole number from 1 to ${MAX_SHARDS}, one for each 100,000 contacts, got ${show(shards)}`,
  );
  return {};
}

function readSnapshots(snapshots: unknown, tell: Tell): Pick<SettingsPatch, "snapshots"> {
  if (snapshots === undefined) return {};
  if (typeof snapshots === "boolean") return { snapshots };
  tell("settings.snapshots", `wants true or false, got ${show(snapshots)}`);
  return {};
}
