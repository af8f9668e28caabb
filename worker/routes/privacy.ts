import { Hono } from "hono";

import type { AppEnv } from "../env.ts";
import { ApiError } from "../errors.ts";
import { contactExists, forget } from "../known-contacts.ts";
import { CORS } from "../middleware/cors.ts";
import { objectsOf } from "../site-objects.ts";
import { refOf } from "./parameters.ts";

/** What a person may ask of a site: to be told everything that it holds about them, and to be deleted. */
export const privacy = new Hono<AppEnv>();

privacy.get("/:ref/export", async (c) => {
  const { site } = c.var.access;
  const ref = refOf(c.req.param("ref"));
  const held =
    (await contactExists(site, ref, c.env)) && (await objectsOf(c.env, site).contact(ref).export());
  if (!held) throw new ApiError("unknown_contact");
  return new Response(held, {
    headers: {
      ...CORS,
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-disposition": 'attachment; filename="contact.json"',
    },
  });
});

privacy.delete("/:ref", async (c) => {
  const { site } = c.var.access;
  const ref = refOf(c.req.param("ref"));
  const receipt = await objectsOf(c.env, site).directory().remove(site, ref);
  forget(site, ref);
  if (!receipt) throw new ApiError("unknown_contact");
  return Response.json(receipt, { headers: { ...CORS, "cache-control": "no-store" } });
});
