import ahoy from "ahoy.js";

ahoy.configure({
  visitsUrl: "http://collector.invalid/ahoy/visits",
  eventsUrl: "http://collector.invalid/ahoy/events",
});
ahoy.trackView();

globalThis.peer = {
  track: (name, properties) => ahoy.track(name, properties),
  page: () => ahoy.trackView(),
};
