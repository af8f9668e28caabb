import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

const analytics = new RudderAnalytics();
analytics.load("bench", "http://collector.invalid", { configUrl: "http://collector.invalid" });
analytics.page();

globalThis.peer = {
  track: (name, properties) => analytics.track(name, properties),
  page: () => analytics.page(),
};
