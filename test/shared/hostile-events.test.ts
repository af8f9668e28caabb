import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { REJECT_REASONS, WARN_REASONS } from "../../shared/event.ts";
import { MAX_CONTACTS_PER_BATCH } from "../../shared/limits.ts";
import { parseEvent } from "../../shared/parse-event.ts";
import { sortBatch } from "../../worker/domain/batch.ts";
import { newContact, takeIn } from "../../worker/domain/ledger.ts";
import { anyBodyOf, anyEventOf, runs as runsOf } from "../support/hostile.ts";

const runs = (count: number) => runsOf(count, process.env["PROPERTY_RUNS"]);
const DAY_MS = 86_400_000;

/** Rounded this is a zero with a sign, which JSON does not know. */
const tiny = (value: number) => ({
  batch: [{ type: "page", messageId: "m", anonymousId: "ann", properties: { value, active_ms: -0 } }],
});

describe("whatever comes in", () => {
  test("an event is taken or refused for a reason that is told, and what is taken is within its limits", () => {
    fc.assert(
      fc.property(anyEventOf("ann", "bob"), fc.boolean(), (raw, trusted) => {
        const receivedAt = Date.now();
        const parsed = parseEvent(raw, "id", { receivedAt, sentAt: undefined, trusted });
        if (!parsed.ok) {
          expect(REJECT_REASONS).toHaveProperty(parsed.reason);
          return;
        }
        const { ref, event, leftOut } = parsed;
        expect(ref).toMatch(/^(?:anon|user):./s);
        expect(event.at).toBeGreaterThanOrEqual(0);
        expect(event.at).toBeLessThanOrEqual(receivedAt);
        expect(event.activeMs).toBeGreaterThanOrEqual(0);
        expect(event.activeMs).toBeLessThanOrEqual(DAY_MS);
        expect(Number.isFinite(event.value ?? 0)).toBe(true);
        for (const { reason } of leftOut) expect(WARN_REASONS).toHaveProperty(reason);
      }),
      runs(2_000),
    );
  });

  test("each event of a batch is counted, known, or refused, once, and a repeat of it all adds nothing", () => {
    fc.assert(
      fc.property(anyBodyOf("ann", "bob"), fc.boolean(), (body, trusted) => {
        let ids = 0;
        const context = { site: "main", receivedAt: Date.now(), trusted, newId: () => `new-${(ids += 1)}` };
        const batch = body["batch"] as unknown[];
        const { intakes, rejected } = sortBatch(body, batch, context);
        expect(intakes.length).toBeLessThanOrEqual(MAX_CONTACTS_PER_BATCH);
        let told = rejected.length;
        for (const intake of intakes) {
          const state = newContact("main", intake.ref, Math.floor(intake.receivedAt / DAY_MS));
          const passed = JSON.parse(JSON.stringify(intake)) as typeof intake;
          const answer = takeIn(state, passed);
          told += answer.accepted + answer.duplicate + answer.rejected.length;
          const again = takeIn(state, passed);
          expect(again.accepted).toBe(0);
          const { facts } = state.total;
          expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
        }
        expect(told).toBe(batch.length);
      }),
      { ...runs(500), examples: [[tiny(-5e-324), false]] },
    );
  });
});
