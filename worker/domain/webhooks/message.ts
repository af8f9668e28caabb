import type { CrossingRecord } from "../crossing-record.ts";

/** What one delivery says. */
export interface Message {
  /** The same each time that it is sent, and of nothing else. */
  readonly id: string;
  readonly crossing: CrossingRecord;
  /** To the contact in the dashboard. */
  readonly link: string;
  /** Sent because an owner asked for it; nothing has been crossed. */
  readonly isTest: boolean;
}

/** As the Standard Webhooks spec has it: a type, a time, and the data. */
export function webhookPayload({ crossing, link, isTest }: Message): string {
  const { id: _, at, ...data } = crossing;
  return JSON.stringify({
    type: isTest ? "webhook.test" : "contact.band_changed",
    timestamp: new Date(at).toISOString(),
    data: { ...data, link },
  });
}

/** What a test says. */
export function sampleCrossing(id: string, now: number): CrossingRecord {
  return {
    id,
    contact: "user:test",
    model: "test",
    version: 1,
    at: now,
    from: "MQL",
    to: "SQL",
    cause: "event",
    score: 80,
    axes: { engagement: 80 },
    reasons: [{ rule: "pricing", label: "Pricing", points: 50 }],
    traits: { email: "test@example.com", name: "Test" },
  };
}

/** How people are called where traits say so, else by the ref. */
export function nameOf({ traits, contact }: CrossingRecord): string {
  const [first, last] = [textOf(traits["firstName"]), textOf(traits["lastName"])];
  const whole = [first, last].filter((part) => part !== undefined).join(" ");
  return textOf(traits["name"]) ?? (whole === "" ? undefined : whole) ?? textOf(traits["email"]) ?? contact;
}

export function emailOf({ traits }: CrossingRecord): string | undefined {
  const email = textOf(traits["email"])?.trim();
  return email !== undefined && /^[^\s@]+@[^\s@]+$/.test(email) ? email : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** Writes what is known into an owner's text: `Call {name}`. */
export function filledIn(text: string, crossing: CrossingRecord): string {
  const words: Readonly<Record<string, string>> = {
    name: nameOf(crossing),
    band: crossing.to ?? "no band",
    from: crossing.from ?? "no band",
    score: String(crossing.score),
    model: crossing.model,
    contact: crossing.contact,
  };
  return text.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);
}

/** The reasons, one a line: `+50 Pricing`. */
export function reasonLines({ reasons }: CrossingRecord): string[] {
  return reasons.map(({ label, points }) => `${points < 0 ? "" : "+"}${points} ${label}`);
}
