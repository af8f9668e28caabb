import { type Context, Hono } from "hono";

import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { admit } from "../middleware/access.ts";
import { CORS } from "../middleware/cors.ts";
import { keyOfRequest } from "../middleware/keys.ts";

/** How long a client may go on with what it was told, in seconds. */
const MAX_AGE_S = 60;

/**
 * What browser clients of other makers ask for before they send: where to send, and that no other destination is to
 * be loaded. They name the write key in the address, by `?writeKey=` or as Basic user name.
 */
export const clientSettings = new Hono<AppEnv>();

/** For Segment's analytics.js and those that follow it. */
clientSettings.get("/v1/projects/:writeKey/settings", async (c) => {
  const apiKey = c.req.param("writeKey");
  await admitPage(c, apiKey);
  const { host } = new URL(c.req.url);
  return settled(c, {
    integrations: {
      "Segment.io": {
        apiKey,
        apiHost: `${host}/v1`,
        protocol: isSecure(c) ? "https" : "http",
        addBundledMetadata: false,
        unbundledIntegrations: [],
        versionSettings: { version: "4.4.7", componentTypes: ["browser"] },
      },
    },
    plan: {},
    middlewareSettings: {},
    enabledMiddleware: {},
    remotePlugins: [],
    metrics: { sampleRate: 0 },
    analyticsNextEnabled: true,
    legacyVideoPluginsEnabled: false,
  });
});

/** For RudderStack's: its `configUrl`. */
for (const path of ["/sourceConfig", "/sourceConfig/"]) {
  clientSettings.get(path, async (c) => {
    const writeKey = keyOfRequest(c);
    await admitPage(c, writeKey);
    return settled(c, {
      source: {
        id: "afterglow",
        name: "Afterglow",
        writeKey,
        enabled: true,
        workspaceId: "afterglow",
        config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
        connections: [],
        destinations: [],
        dataplanes: {},
      },
    });
  });
}

/** Behind a proxy that ends TLS the collector's own scheme is http; a page that came by https can send by nothing else. */
function isSecure({ req }: Context<AppEnv>): boolean {
  const said = [req.url, req.header("origin"), `${req.header("x-forwarded-proto")}:`];
  return said.some((each) => each?.startsWith("https:"));
}

async function admitPage(c: Context<AppEnv>, key: string | undefined): Promise<void> {
  const { kind } = await admit(c, key);
  if (kind !== "write") throw new ApiError("invalid_key");
}

function settled(c: Context<AppEnv>, settings: object): Response {
  const caching = { "cache-control": `public, max-age=${MAX_AGE_S}`, vary: "origin, x-forwarded-proto" };
  return c.json(settings, 200, { ...CORS, ...caching });
}
