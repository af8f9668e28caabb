import type { Allowance } from "./token-bucket.ts";

/**
 * How much may come, by default; a site's `settings.limits` says otherwise. Each says in its reason whom it must let
 * through. Of these only `requestsPerKey` holds for the secret key, too.
 */
export const RATE_LIMITS = {
  /**
   * Our script keeps 1,000 events of a visitor who is offline, and sends them all at once: five times that passes. After
   * it an event a second, which nobody goes on doing for an hour.
   */
  eventsPerVisitor: { burst: 5_000, perMinute: 60 },
  /** An office of a thousand people behind one address comes to work: twenty events each at once, a hundred a second after. */
  eventsPerAddress: { burst: 20_000, perMinute: 6_000 },
  /** Each is an object for ever. The same office sees the site for the first time; after it a new visitor a second. */
  newVisitorsPerAddress: { burst: 500, perMinute: 60 },
  /** A site in the news: fifty thousand new visitors at once, which cost less than a dollar; twenty a second after. */
  newVisitorsPerKey: { burst: 50_000, perMinute: 1_200 },
  /** Neighbours on the same machine: a thousand a second goes on for ever, two minutes of that come at once. */
  requestsPerKey: { burst: 120_000, perMinute: 60_000 },
} as const satisfies Readonly<Record<string, Allowance>>;

export type RateLimitName = keyof typeof RATE_LIMITS;
export type RateLimits = Readonly<Record<RateLimitName, Allowance>>;

/** What a site says of them: a part of some. */
export type RateLimitSettings = Readonly<Partial<Record<RateLimitName, Partial<Allowance>>>>;

export const MAX_BURST = 10_000_000;
export const MAX_PER_MINUTE = 1_000_000;

/** Addresses that an isolate has buckets of: about 10 MB. */
export const MAX_TRACKED_ADDRESSES = 50_000;

/** Keys that an isolate has buckets of: more than are in use at a time. */
export const MAX_TRACKED_KEYS = 5_000;

/** The limits of a site that says this of them. */
export function rateLimits(settings: RateLimitSettings | undefined): RateLimits {
  if (!settings) return RATE_LIMITS;
  const own = Object.keys(RATE_LIMITS).map((name) => {
    const limit = name as RateLimitName;
    return [limit, { ...RATE_LIMITS[limit], ...settings[limit] }];
  });
  return Object.fromEntries(own) as RateLimits;
}
