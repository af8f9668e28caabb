import mixpanel from "mixpanel-browser/src/loaders/loader-module-core";

mixpanel.init("bench", { autocapture: true, api_host: "http://collector.invalid" });

globalThis.peer = { track: (name, properties) => mixpanel.track(name, properties) };
