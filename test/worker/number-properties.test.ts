import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";

import { signalKey } from "../../shared/signal.ts";
import { newContact, NOW } from "./new-contact.ts";

test("a number and the text “other” are two facts, and shown alike", async () => {
  const { contact, page, intake, ingest, timeline } = newContact();
  const quote = (seats: string | null) => ({
    ...page("/", NOW),
    signal: signalKey("Quote", new Map([["seats", seats]]), []),
  });
  expect(await ingest(intake(NOW, quote(null), quote("other"), quote(null)))).toMatchObject({ accepted: 3 });
  await evictDurableObject(contact);
  const [today] = await timeline();
  expect(today?.facts).toMatchObject([
    { event: "Quote", properties: { seats: "other" }, count: 2 },
    { event: "Quote", properties: { seats: "other" }, count: 1 },
  ]);
});
