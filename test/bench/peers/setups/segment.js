import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "bench", cdnURL: "http://collector.invalid" },
  { integrations: { "Segment.io": { apiHost: "collector.invalid/v1", protocol: "http" } } },
);
void analytics.page();

globalThis.peer = {
  track: (name, properties) => void analytics.track(name, properties),
  page: () => void analytics.page(),
};
