import { Hono } from "hono";

import type { AppEnv } from "../env.ts";
import { CORS } from "../middleware/cors.ts";
import { snapshotJwks } from "../snapshot-tokens.ts";

/** The public keys of snapshots, for any backend; a verifier that meets a `kid` that it does not know asks again. */
export const jwks = new Hono<AppEnv>();

jwks.get("/.well-known/jwks.json", async (c) =>
  Response.json(await snapshotJwks(c.env), {
    headers: { ...CORS, "content-type": "application/jwk-set+json", "cache-control": "public, max-age=300" },
  }),
);
