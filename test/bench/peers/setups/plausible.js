import { init, track } from "@plausible-analytics/tracker";

init({ domain: "bench.example", endpoint: "http://collector.invalid/api/event", captureOnLocalhost: true });

globalThis.peer = { track: (name, props) => track(name, { props }) };
