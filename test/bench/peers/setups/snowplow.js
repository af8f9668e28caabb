import { newTracker, trackPageView, trackSelfDescribingEvent } from "@snowplow/browser-tracker";

newTracker("bench", "http://collector.invalid", { appId: "bench" });
trackPageView();

globalThis.peer = {
  track: (name, data) =>
    trackSelfDescribingEvent({
      event: { schema: `iglu:com.example/${name}/jsonschema/1-0-0`, data },
    }),
  page: () => trackPageView(),
};
