import { OpenPanel } from "@openpanel/web";

const op = new OpenPanel({
  clientId: "bench",
  apiUrl: "http://collector.invalid",
  trackScreenViews: true,
  trackOutgoingLinks: true,
  trackAttributes: true,
});

globalThis.peer = { track: (name, properties) => op.track(name, properties) };
