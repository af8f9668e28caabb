import { isObject, type JsonObject, show, within } from "../../shared/scoring/show.ts";
import {
  MAX_BURST,
  MAX_PER_MINUTE,
  RATE_LIMITS,
  type RateLimitName,
  type RateLimitSettings,
} from "./rate-limits.ts";
import type { SiteSettings } from "./site.ts";
import type { Allowance } from "./token-bucket.ts";
import { unknownKeys } from "./unknown-keys.ts";

type Tell = (path: string, message: string) => void;

const LIMIT_NAMES = Object.keys(RATE_LIMITS) as RateLimitName[];
const MOST = { burst: MAX_BURST, perMinute: MAX_PER_MINUTE } as const;

/** What a site's settings say of bots and of limits; tells what cannot be taken. */
export function readAbuseSettings({ bots, limits }: JsonObject, tell: Tell): SiteSettings {
  const isBots = bots === "ignore" || bots === "count";
  if (bots !== undefined && !isBots) tell("bots", `wants "ignore" or "count", got ${show(bots)}`);
  const read = limits === undefined ? undefined : readLimits(limits, tell);
  return { ...(isBots ? { bots } : {}), ...(read ? { limits: read } : {}) };
}

function readLimits(limits: unknown, tell: Tell): RateLimitSettings | undefined {
  if (!isObject(limits)) {
    tell("limits", `wants an object, such as {"eventsPerVisitor": {"burst": 5000}}, got ${show(limits)}`);
    return undefined;
  }
  for (const { message } of unknownKeys(limits, LIMIT_NAMES)) tell("limits", message);
  const named = LIMIT_NAMES.filter((name) => limits[name] !== undefined);
  return Object.fromEntries(
    named.map((name) => [name, readAllowance(limits[name], within("limits", name), tell)]),
  );
}

function readAllowance(value: unknown, path: string, tell: Tell): Partial<Allowance> {
  if (!isObject(value)) {
    tell(path, `wants an object of "burst" and "perMinute", got ${show(value)}`);
    return {};
  }
  for (const { message } of unknownKeys(value, Object.keys(MOST))) tell(path, message);
  const read: { burst?: number; perMinute?: number } = {};
  for (const part of ["burst", "perMinute"] as const) {
    const number = value[part];
    if (number === undefined) continue;
    if (typeof number === "number" && Number.isInteger(number) && number >= 1 && number <= MOST[part]) {
      read[part] = number;
    } else {
      tell(within(path, part), `wants a whole number from 1 to ${MOST[part]}, got ${show(number)}`);
    }
  }
  return read;
}
