import type { Answer } from "./collector-server.ts";

/** A browser SDK as its own documents tell people to set it up. */
export interface Peer {
  readonly name: string;
  /** The npm package that it comes from; ours comes from this tree. */
  readonly npm?: string;
  /** The attributes of its script element, `src` apart. */
  readonly attributes: string;
  /** An expression of the function `(name, properties)` that tells of a site's own event. */
  readonly track: string;
  /** An expression that counts a visit of another page of a single-page site, where the SDK does not by itself. */
  readonly visit?: string;
  /** It notices by itself that a form is begun and sent. */
  readonly seesForms?: true;
  /** What its collector answers by the start of the path. `{}` with status 200 to anything else. */
  readonly answers: Readonly<Record<string, Answer>>;
}

const json = (body: unknown): Answer => ({
  status: 200,
  type: "application/json",
  body: JSON.stringify(body),
});
const text = (body: string, status = 200): Answer => ({ status, type: "text/plain", body });

/** Scripts that are built from `peers/setups/`, as a site's bundler would. */
const bundled = { attributes: 'type="module"', track: "peer.track" };

const SEGMENT_SETTINGS = {
  integrations: { "Segment.io": { apiKey: "bench", addBundledMetadata: true, unbundledIntegrations: [] } },
  plan: {},
  edgeFunction: {},
};

const RUDDERSTACK_SOURCE = {
  source: {
    id: "bench",
    name: "bench",
    writeKey: "bench",
    enabled: true,
    workspaceId: "bench",
    config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
    destinations: [],
    dataplanes: {},
  },
};

const POSTHOG_CONFIG = { supportedCompression: ["gzip-js"], hasFeatureFlags: false };

export const OURS: Peer = {
  name: "afterglow",
  attributes: 'async data-write-key="wk_bench" data-host="http://collector.invalid"',
  track: "afterglow.track",
  seesForms: true,
  answers: {},
};

export const PEERS: readonly Peer[] = [
  OURS,
  {
    name: "umami",
    npm: "umami",
    attributes: 'defer data-website-id="bench" data-host-url="http://collector.invalid"',
    track: "umami.track",
    answers: { "/api/send": text("eyJhbGciOiJIUzI1NiJ9.eyJiZW5jaCI6MX0.bench") },
  },
  { ...bundled, name: "counterscale", npm: "@counterscale/tracker", answers: { "/cache": json({ ht: 1 }) } },
  { ...bundled, name: "ahoy", npm: "ahoy.js", visit: "peer.page()", answers: {} },
  {
    ...bundled,
    name: "plausible",
    npm: "@plausible-analytics/tracker",
    answers: { "/api": text("ok", 202) },
  },
  {
    ...bundled,
    name: "openpanel",
    npm: "@openpanel/web",
    answers: { "/track": json({ deviceId: "bench", sessionId: "bench" }) },
  },
  {
    ...bundled,
    name: "snowplow",
    npm: "@snowplow/browser-tracker",
    visit: "peer.page()",
    answers: { "/": text("ok") },
  },
  {
    ...bundled,
    name: "mixpanel",
    npm: "mixpanel-browser",
    seesForms: true,
    answers: { "/track": json({ status: 1, error: null }), "/engage": json({ status: 1, error: null }) },
  },
  {
    ...bundled,
    name: "countly",
    npm: "countly-sdk-web",
    visit: "peer.page()",
    answers: { "/i": json({ result: "Success" }) },
  },
  {
    ...bundled,
    name: "segment",
    npm: "@segment/analytics-next",
    visit: "peer.page()",
    answers: { "/v1/projects/": json(SEGMENT_SETTINGS), "/v1/": json({ success: true }) },
  },
  {
    ...bundled,
    name: "rudderstack",
    npm: "@rudderstack/analytics-js",
    visit: "peer.page()",
    answers: { "/sourceConfig": json(RUDDERSTACK_SOURCE), "/v1/": text("OK") },
  },
  {
    ...bundled,
    name: "posthog",
    npm: "posthog-js",
    answers: {
      "/flags": json({ featureFlags: {}, featureFlagPayloads: {}, supportedCompression: ["gzip-js"] }),
      "/array/bench/config.js": {
        status: 200,
        type: "text/javascript",
        body: `window._POSTHOG_REMOTE_CONFIG = { bench: { config: ${JSON.stringify(POSTHOG_CONFIG)}, siteApps: [] } };`,
      },
      "/array": json(POSTHOG_CONFIG),
      "/e": json({ status: "Ok" }),
      "/i": json({ status: "Ok" }),
    },
  },
  {
    ...bundled,
    name: "amplitude",
    npm: "@amplitude/analytics-browser",
    seesForms: true,
    answers: {
      "/2/httpapi": json({ code: 200, events_ingested: 1, payload_size_bytes: 1, server_upload_time: 1 }),
      "/config": json({ configs: {} }),
    },
  },
];
