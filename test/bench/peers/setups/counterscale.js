import * as Counterscale from "@counterscale/tracker";

Counterscale.init({
  siteId: "bench",
  reporterUrl: "http://collector.invalid/collect",
  reportOnLocalhost: true,
});

// It knows no events but page views: one of a page of the event's name stands for it.
globalThis.peer = {
  track: (name) => void Counterscale.trackPageview({ url: `${location.origin}/${name}` }),
};
