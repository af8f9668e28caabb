import * as amplitude from "@amplitude/analytics-browser";

amplitude.init("bench", {
  serverUrl: "http://collector.invalid/2/httpapi",
  remoteConfig: { serverUrl: "http://collector.invalid/config" },
});

globalThis.peer = { track: (name, properties) => amplitude.track(name, properties) };
