import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { expect } from "vitest";

import { formatSdkEventId } from "../../shared/event-id.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import type { Intake } from "../../worker/domain/ledger.ts";
import type { Env } from "../../worker/env.ts";
import type { Reading } from "../../worker/objects/contact.ts";
import type { LedgerRow } from "../../worker/store/ledger-rows.ts";
import { unpackLedger } from "../../worker/store/packed-ledger.ts";
import { textOf } from "../../worker/store/packed-text.ts";

export const env = bindings as unknown as Env;

export const DAY_MS = 86_400_000;
/** Noon of today: contacts that are idle are purged, so that no test may lie in a past that grows. */
export const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
export const MODEL = { model: "starter", at: Math.floor(NOW / DAY_MS), explain: false };

let contacts = 0;

/** What an answer says, or `null` where there is none. */
export function parsed(reading: Reading): Record<string, unknown> | null {
  return "text" in reading ? (JSON.parse(reading.text) as Record<string, unknown>) : null;
}

/** A contact of the test's own. */
export function newContact() {
  contacts += 1;
  const ref = `anon:visitor-${contacts}` as const;
  const contact = env.CONTACT.getByName(ref);
  let sequence = 0;
  const page = (path: string, at: number): Intake["events"][number] => ({
    id: formatSdkEventId("abcdefghijkl", sequence++),
    at,
    signal: `page\npath=${path}\n`,
    count: 1,
    activeMs: 0,
    value: null,
  });
  const intake = (receivedAt: number, ...events: Intake["events"]): Intake => ({
    site: "main",
    ref,
    source: ref,
    events,
    places: events.map((_, index) => index),
    refused: [],
    producers: ["abcdefghijkl"],
    confirm: [],
    wantsScore: true,
    receivedAt,
  });
  const ingest = async (batch: Intake) =>
    JSON.parse(await contact.ingest(JSON.stringify(batch))) as IngestAnswer;
  /** As text, also those that are packed. */
  const rows = () =>
    runInDurableObject(contact, (_, state) =>
      state.storage.sql
        .exec<LedgerRow>("SELECT part, data FROM ledger ORDER BY part")
        .toArray()
        .map(({ part, data }) => ({
          part,
          data: part > 0 ? JSON.stringify(unpackLedger(data).ledger) : textOf(data),
        })),
    );
  const meter = async () => {
    const { storage } = parsed(await contact.describe()) as {
      storage: { rowsRead: number; rowsWritten: number };
    };
    return storage;
  };
  const rowsWritten = async () => (await meter()).rowsWritten;
  /** Takes in `perDay` pages on each of the days from `from` to before `to`, counted from `NOW`. */
  const visitDays = async (from: number, to: number, perDay: number) => {
    const batches: Intake[] = [];
    for (let day = from; day < to; day += 1) {
      const at = NOW + day * DAY_MS;
      const batch = intake(at, ...Array.from({ length: perDay }, (_, i) => page(`/${i}`, at)));
      expect(await ingest(batch)).toMatchObject({ accepted: perDay });
      batches.push(batch);
    }
    return batches;
  };
  const timeline = async () => {
    const { days } = parsed(await contact.timeline()) as { days: { day: string; facts: unknown[] }[] };
    return days;
  };
  const score = async (at = MODEL.at) => {
    return parsed(await contact.score({ ...MODEL, at }))?.["score"] ?? null;
  };
  return { ref, contact, page, intake, ingest, rows, meter, rowsWritten, visitDays, timeline, score };
}
