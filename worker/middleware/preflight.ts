import type { Context } from "hono";

import { showText } from "../../shared/scoring/show.ts";
import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { currentSites } from "../live-sites.ts";
import { CORS } from "./cors.ts";

/**
 * Allows the headers that are asked for: clients have names of their own (`AnonymousId`, `RSA-Attempt`). A preflight
 * carries no key, so the page may be any site's; the request carries its key, and is held to that site then.
 */
export async function preflight({ req, env }: Context<AppEnv>): Promise<Response> {
  const origin = req.header("origin");
  const sites = await currentSites(env);
  if (sites.isRestricted && origin !== undefined && !sites.allowsSomewhere(origin)) {
    const message = `No site here has pages of ${showText(origin)}. Add that to the "origins" of its site: PATCH /v1/sites/{id}.`;
    throw new ApiError("origin_not_allowed", { message });
  }
  const asked = req.header("access-control-request-headers") ?? "";
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      ...(sites.isRestricted && origin !== undefined ? { "access-control-allow-origin": origin } : {}),
      "access-control-allow-methods": "GET, POST, PUT, DELETE, PATCH, OPTIONS",
      "access-control-allow-headers": HEADER_NAMES.test(asked) ? asked : USUAL_HEADERS,
      "access-control-max-age": "86400",
      vary: "origin, access-control-request-headers",
    },
  });
}

const USUAL_HEADERS =
  "authorization, content-type, content-encoding, if-match, if-none-match, idempotency-key";
const HEADER_NAMES = /^[\w-]{1,64}(?: ?, ?[\w-]{1,64}){0,30}$/;
