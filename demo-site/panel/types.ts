/** The part of the SDK's interface that the panel uses. */

export interface WireEvent {
  type: "page" | "track" | "identify";
  messageId: string;
  timestamp: string;
  event?: string;
  properties?: Record<string, unknown>;
}

export type Notice =
  | { type: "queued"; event: WireEvent }
  | { type: "sent"; ids: string[] }
  | { type: "acked"; ids: string[] }
  | { type: "rejected"; ids: string[]; reason: string }
  | { type: "failed"; ids: string[]; reason: string };

export interface ExplainLine {
  rule: string;
  kind: string;
  label: string;
  points: number;
  times?: number;
}

export interface NextChange {
  at: string;
  band?: string | null;
  grade?: string;
  cell?: string;
  cellName?: string;
}

export interface Score {
  contact: string;
  model: string;
  version: number;
  at: string;
  score: number;
  band: string | null;
  grade?: string;
  cell?: string;
  cellName?: string;
  excluded?: string;
  axes: Record<string, number>;
  nextChange?: NextChange | null;
  explain?: ExplainLine[];
}

export type ReadScore = () => Promise<Score | null>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export function isNotice(value: unknown): value is Notice {
  if (!isRecord(value)) return false;
  if (value["type"] === "queued") {
    const event = value["event"];
    return isRecord(event) && typeof event["messageId"] === "string";
  }
  const known = ["sent", "acked", "rejected", "failed"];
  return known.some((type) => type === value["type"]) && Array.isArray(value["ids"]);
}

interface Tracker {
  score(): Promise<Score | null>;
}

function isTracker(value: unknown): value is Tracker {
  return isRecord(value) && typeof value["score"] === "function";
}

/** The SDK's score function, once it is there: until then `window.afterglow` is absent or a stub. */
export function findReader(scope: { afterglow?: unknown }): ReadScore | null {
  const tracker = scope.afterglow;
  return isTracker(tracker) ? () => tracker.score() : null;
}
