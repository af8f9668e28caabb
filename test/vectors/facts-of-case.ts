import { DAY_MS, type Day } from "../../shared/day.ts";
import type { FactEvent, Ref, Scalar } from "../../shared/event.ts";
import { addEvent, type Facts, newRoom } from "../../shared/facts.ts";
import { signalKey } from "../../shared/signal.ts";

/** The day 0 of every case: 1 July 2024, a Monday and the first of a month. */
export const DAY_0: Day = 19_905;

export interface CaseFacts {
  readonly facts: readonly CaseFact[];
  /** Stated on the day of the first fact. */
  readonly traits?: Traits;
}

type Traits = Readonly<Record<string, Scalar>>;

/** What happened, by day since day 0; every further key is a property of the event. */
interface CaseFact {
  readonly day: number;
  readonly event: string;
  /** That many of it; 1 if it is left out. */
  readonly times?: number;
  /** Active time on the page, beside the visit of it. */
  readonly seconds?: number;
  readonly value?: number;
  /** The time of day in UTC, such as "23:50"; noon if it is left out. */
  readonly time?: string;
  /** Who told of it. */
  readonly source?: Ref;
  /** Whether it is part of a visit to the site. */
  readonly visit?: boolean;
  /** Stated with the event. */
  readonly traits?: Traits;
  readonly [property: string]: Scalar | Traits | undefined;
}

const NO_PROPERTIES = new Set(["day", "event", "times", "seconds", "value", "time", "source", "visit"]);

export function factsOfCase({ facts, traits = {} }: CaseFacts): Facts {
  const built: Facts = {};
  const room = newRoom();
  const firstDay = facts.reduce((first, fact) => Math.min(first, fact.day), facts[0]?.day ?? 0);
  const stated: CaseFact = { day: firstDay, event: "identify", time: "00:00", traits };
  for (const fact of Object.keys(traits).length > 0 ? [stated, ...facts] : facts) {
    for (const event of eventsOf(fact)) addEvent(built, fact.source ?? "anon:v", event, room);
  }
  return built;
}

function eventsOf(fact: CaseFact): FactEvent[] {
  const { day, event, times = 1, seconds = 0, value = null, time = "12:00", visit = false, traits } = fact;
  const properties = propertiesOf(fact);
  const origin = {
    referrer: properties.get("referrer") ?? "",
    campaign: properties.get("campaign") ?? "",
    source: "",
    medium: "",
  };
  const isPage = event === "page";
  const happened: FactEvent = {
    id: "",
    at: (DAY_0 + day) * DAY_MS + Date.parse(`1970-01-01T${time}Z`),
    signal: signalKey(event, properties, []),
    count: 1,
    activeMs: 0,
    value,
    ...(visit && { visit: { pages: isPage ? 1 : 0, origin } }),
    ...(traits && { traits }),
  };
  const events = Array.from({ length: times }, () => happened);
  if (seconds > 0) {
    const activeMs = seconds * 1000;
    const engaged: FactEvent = { ...happened, at: happened.at + activeMs, count: 0, activeMs, value: null };
    events.push(visit ? { ...engaged, visit: { pages: 0, origin } } : engaged);
  }
  return events;
}

function propertiesOf(fact: CaseFact): Map<string, string> {
  const properties = new Map<string, string>();
  for (const [name, property] of Object.entries(fact)) {
    if (typeof property === "object" || NO_PROPERTIES.has(name)) continue;
    properties.set(name, String(property));
  }
  return properties;
}
