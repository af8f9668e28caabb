import { parseTime } from "../../shared/day.ts";
import { parseSdkEventId } from "../../shared/event-id.ts";
import type { FactEvent, Ref } from "../../shared/event.ts";
import { MAX_CONFIRM, MAX_ID_CHARS, MAX_WARNINGS_PER_ANSWER } from "../../shared/limits.ts";
import { isObject } from "../../shared/page-context.ts";
import { parseEvent } from "../../shared/parse-event.ts";
import type { Rejected, Warning } from "../../shared/wire.ts";
import { type BackendMerge, backendMergeOf, type Proof } from "./asked-merges.ts";
import { type AskedMerge, type Intake, rejection, warning } from "./ledger.ts";
import type { SiteId } from "./site.ts";
import type { Allowance } from "./token-bucket.ts";

/** A batch, sorted by the contact that each event belongs to. */
export interface SortedBatch {
  readonly intakes: readonly Intake[];
  readonly rejected: readonly Rejected[];
  readonly warnings: readonly Warning[];
  /** What a site's backend says of who is who. */
  readonly merges: readonly BackendMerge[];
}

export interface BatchContext {
  readonly site: SiteId;
  readonly receivedAt: number;
  readonly trusted: boolean;
  /** Of the page that sends it. */
  readonly origin?: string | undefined;
  /** Whether the site has its visitors told signed snapshots. */
  readonly snapshots?: boolean;
  /** How much each contact takes of it; `undefined` for all. */
  readonly allowance?: Allowance | undefined;
  /** Makes an id for an event that came without one and cannot be recognised again. */
  readonly newId: () => string;
  /** By the place of an event: who its visitor is. */
  readonly proofs?: ReadonlyMap<number, Proof>;
}

/** What a batch has of one contact. */
interface Part {
  readonly events: FactEvent[];
  readonly places: number[];
  readonly producers: Set<string>;
  readonly merges: AskedMerge[];
  verified?: Ref;
}

/** The events of a batch, each with the batch's own context where it says nothing else; `undefined` where there is no list. */
export function eventsOf({ batch, context }: Record<string, unknown>): unknown[] | undefined {
  if (!Array.isArray(batch)) return undefined;
  if (!isObject(context)) return batch;
  return batch.map((raw: unknown) => {
    if (!isObject(raw)) return raw;
    return { ...raw, context: { ...context, ...(isObject(raw.context) ? raw.context : {}) } };
  });
}

/** Reads a batch, event by event: a bad one is named and costs its neighbours nothing. */
export function sortBatch(
  body: Record<string, unknown>,
  batch: readonly unknown[],
  context: BatchContext,
): SortedBatch {
  const { site, receivedAt, trusted, origin, snapshots, allowance, proofs } = context;
  const sentAt = parseTime(body.sentAt);
  const contacts = new Map<Ref, Part>();
  const merges: BackendMerge[] = [];
  const rejected: Rejected[] = [];
  const warnings: Warning[] = [];
  const refused = new Map<Ref, string[]>();
  const idOf = createIds(context);
  batch.forEach((raw, index) => {
    const parsed = parseEvent(raw, idOf(raw), { receivedAt, sentAt, trusted, origin });
    if (!parsed.ok) {
      rejected.push(rejection(index, messageIdOf(raw), parsed.reason));
      noteRefused(refused, raw);
      return;
    }
    for (const left of parsed.leftOut.slice(0, MAX_WARNINGS_PER_ANSWER - warnings.length)) {
      warnings.push(warning(index, messageIdOf(raw), left));
    }
    let contact = contacts.get(parsed.ref);
    if (!contact) {
      contact = { events: [], places: [], producers: new Set(), merges: [] };
      contacts.set(parsed.ref, contact);
    }
    const asked = trusted ? backendMergeOf(raw, index) : undefined;
    if (asked) merges.push(asked);
    const proof = proofs?.get(index);
    if (proof?.problem && warnings.length < MAX_WARNINGS_PER_ANSWER) {
      warnings.push(warning(index, messageIdOf(raw), { reason: proof.problem, path: "context.token" }));
    }
    contact.events.push(parsed.event);
    if (proof) noteProof(contact, proof, index);
    contact.places.push(index);
    const own = parseSdkEventId(parsed.event.id);
    if (own) contact.producers.add(own.producer);
  });
  const confirm = Array.isArray(body.confirm) ? body.confirm.filter(isSdkEventId).slice(0, MAX_CONFIRM) : [];
  const intakes = [...contacts].map(([ref, { events, places, producers, merges: own, verified }]) => {
    return {
      site,
      ref,
      source: ref,
      events,
      places,
      refused: refused.get(ref) ?? [],
      producers: [...producers],
      confirm,
      // A browser speaks for one visitor, and may know what its own source makes of them.
      wantsScore: !trusted && contacts.size === 1,
      ...(snapshots && !trusted && contacts.size === 1 ? { wantsToken: true } : {}),
      ...(allowance ? { allowance } : {}),
      receivedAt,
      ...(own.length > 0 ? { merges: own } : {}),
      ...(verified ? { verified } : {}),
    };
  });
  return { intakes, rejected, warnings, merges };
}

function noteProof(part: Part, { user, isVerified }: Proof, index: number): void {
  if (!user) return;
  if (isVerified) part.verified = user;
  if (!part.merges.some(({ into }) => into === user)) part.merges.push({ into: user, index });
}

function isSdkEventId(value: unknown): value is string {
  return typeof value === "string" && parseSdkEventId(value) !== undefined;
}

/** Our SDK's refused events, by visitor: their numbers are used up. */
function noteRefused(refused: Map<Ref, string[]>, raw: unknown): void {
  const id = messageIdOf(raw);
  if (id === null || !isObject(raw) || typeof raw.anonymousId !== "string" || !parseSdkEventId(id)) return;
  const ref: Ref = `anon:${raw.anonymousId}`;
  const ids = refused.get(ref) ?? [];
  refused.set(ref, ids);
  ids.push(id);
}

export function messageIdOf(raw: unknown): string | null {
  if (!isObject(raw)) return null;
  if (typeof raw.messageId === "number") return String(raw.messageId);
  return typeof raw.messageId === "string" ? raw.messageId.slice(0, MAX_ID_CHARS) : null;
}

/**
 * The id under which an event is counted once: its own; else, where it has a time, its content with its place
 * among equal events of the batch, so that a batch sent again is recognised; else a new one.
 */
function createIds({ newId }: BatchContext): (raw: unknown) => string {
  const equals = new Map<string, number>();
  return function idOf(raw) {
    if (!isObject(raw)) return "";
    if (typeof raw.messageId === "string" && raw.messageId) return raw.messageId;
    if (typeof raw.messageId === "number") return String(raw.messageId);
    if (typeof raw.timestamp !== "string" && typeof raw.originalTimestamp !== "string") return newId();
    const content = JSON.stringify({ ...raw, sentAt: undefined, writeKey: undefined });
    const place = equals.get(content) ?? 0;
    equals.set(content, place + 1);
    return `${place}:${content}`;
  };
}
