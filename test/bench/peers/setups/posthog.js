import posthog from "posthog-js/dist/module.slim";

posthog.init("bench", {
  api_host: "http://collector.invalid",
  defaults: "2026-08-30",
  // The brand of a headless browser looks like a bot.
  opt_out_useragent_filter: true,
});

globalThis.peer = { track: (name, properties) => posthog.capture(name, properties) };
