import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { DAY_MS } from "../../shared/day.ts";
import { requestsOf, TODAY } from "../cost/delivery.ts";
import { startMetered } from "../cost/replay.ts";
import type { Visit } from "../cost/traffic.ts";

function visitOf(visitor: number, nth: number, openedAt: number): Visit {
  const page = {
    openedAt,
    closedAt: openedAt + 60_000,
    acts: [openedAt + 20_000, openedAt + 25_000],
    // No band is crossed into by it.
    path: "/about",
    isForm: false,
  };
  return { visitor, nth, isBot: false, referrer: "", pages: [page] };
}

test("what is billed is a row, a call and a request a beacon, and what a contact's beginning, its days and its end add", async () => {
  const folder = await mkdtemp(join(tmpdir(), "afterglow-"));
  const collector = await startMetered(folder);
  try {
    await collector.take();
    const [once, first, again] = [visitOf(1, 1, 0), visitOf(2, 2, 100_000), visitOf(2, 3, DAY_MS)] as const;
    const beacons = requestsOf(once.pages, TODAY).length;
    expect(await collector.replay([once, first], TODAY)).toBe(8);
    const day = await collector.take();
    expect(day).toMatchObject({
      "asked /v1/batch": 2 * beacons,
      "asked /afterglow.js": 2,
      "called Contact.ingest": 2 * beacons,
      "written Contact hot row": 2 * beacons,
      "written Contact alarm": 2,
      "called Directory.register": 2,
      "written Directory known": 2,
    });
    expect(day).not.toHaveProperty("written Contact packed row");

    await collector.replay([again], TODAY);
    const next = await collector.take();
    expect(next).toMatchObject({
      "written Contact hot row": beacons,
      "written Contact packed row": 1,
    });
    expect(next).not.toHaveProperty("called Directory.register");
    expect(next).not.toHaveProperty("written Contact alarm");
    expect(await collector.contactBytes()).toHaveLength(2);

    await collector.goOff(80 * DAY_MS);
    expect(await collector.take()).not.toHaveProperty("called Contact.alarm");
    await collector.goOff(91 * DAY_MS);
    // The one who came once is deleted, the other looked at again later.
    expect(await collector.take()).toMatchObject({
      "called Contact.alarm": 2,
      "called Directory.leave": 1,
      "written Contact deleted": 1,
      "written Contact alarm": 1,
    });
    expect(await collector.contactBytes()).toHaveLength(1);
  } finally {
    await collector.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
