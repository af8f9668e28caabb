import Countly from "countly-sdk-web";

// The brand of a headless browser looks like a bot.
Countly.init({ app_key: "bench", url: "http://collector.invalid", ignore_bots: false });
Countly.track_sessions();
Countly.track_pageview();

globalThis.peer = {
  track: (key, segmentation) => Countly.add_event({ key, segmentation }),
  page: () => Countly.track_pageview(),
};
