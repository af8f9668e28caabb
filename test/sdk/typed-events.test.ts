import { describe, expect, test } from "vitest";

import { createTracker, type Tracker } from "../../sdk/index.ts";

interface Events {
  "Video Played": { title: string; seconds?: number };
  "Plan Chosen": { plan: "free" | "pro" } | undefined;
  "Signed Out": undefined;
}

const options = { writeKey: "wk_test", host: "https://score.example.com" };

describe("on a server, where there is no page", () => {
  test("a tracker does nothing, and answers what a page would have to wait for", async () => {
    const tracker = createTracker(options);
    tracker.page();
    tracker.track("Anything", { of: "any kind" });
    tracker.identify("42", { plan: "pro" }, { token: "header.claims.signature" });
    tracker.reset();
    tracker.consent("granted");
    tracker.onScore(() => expect.unreachable())();
    await tracker.flush();
    expect(await tracker.score()).toBeNull();
    tracker.stop();
    tracker.stop();
  });
});

describe("with a map of a site's own events the compiler", () => {
  const tracker = createTracker<Events>(options);

  test("takes each with its properties", () => {
    tracker.track("Video Played", { title: "Tour" });
    tracker.track("Video Played", { title: "Tour", seconds: 12 });
    tracker.track("Plan Chosen", { plan: "pro" });
    tracker.track("Plan Chosen");
    tracker.track("Signed Out");
    expect(tracker).toBe(createTracker(options));
  });

  test("refuses what is not in the map", () => {
    // @ts-expect-error no such event
    tracker.track("Video Paused");
    // @ts-expect-error no such event
    tracker.track("video played", { title: "Tour" });
    // @ts-expect-error a property is missing
    tracker.track("Video Played");
    // @ts-expect-error a property is missing
    tracker.track("Video Played", {});
    // @ts-expect-error a property of another type
    tracker.track("Video Played", { title: 3 });
    // @ts-expect-error no such property
    tracker.track("Video Played", { title: "Tour", author: "Ann" });
    // @ts-expect-error no such value
    tracker.track("Plan Chosen", { plan: "gold" });
    // @ts-expect-error an event without properties
    tracker.track("Signed Out", { why: "bored" });
    // @ts-expect-error a state that there is not
    tracker.consent("maybe");
    // @ts-expect-error a map of something else than properties
    const wrong: Tracker<{ "Video Played": string }> | undefined = undefined;
    expect(wrong).toBeUndefined();
  });
});
