import type { MiddlewareHandler } from "hono";

import type { AfterglowBinding } from "../../shared/lead.ts";
import { leadOf, type LeadOptions } from "./lead-of.ts";
import type { Lead } from "./lead.ts";
import { personalize } from "./personalize.ts";

/** What an application has for it: `new Hono<AfterglowEnv>()`, or a part of its own types. */
export interface AfterglowEnv {
  Bindings: { readonly AFTERGLOW: AfterglowBinding };
  Variables: { lead: Lead | null };
}

/** Hono middleware: `c.var.lead` is where the visitor stands; `null` where nobody is known, or not in time. */
export function afterglow(options?: LeadOptions): MiddlewareHandler<AfterglowEnv> {
  return async function findLead(c, next) {
    c.set("lead", await leadOf(c.req.raw, c.env.AFTERGLOW, options));
    await next();
  };
}

/**
 * Hono middleware: chooses what the page shows that comes from the handlers after it. Who the visitor is, is asked while
 * they work; behind `afterglow()` that is known already.
 */
export function personalized(options?: LeadOptions): MiddlewareHandler<AfterglowEnv> {
  return async function personalizePage(c, next) {
    const known: Lead | null | undefined = c.get("lead");
    const lead = known === undefined ? leadOf(c.req.raw, c.env.AFTERGLOW, options) : known;
    await next();
    const page = await personalize(c.res, lead, c.req.raw);
    // Hono would add the headers of the one before to another one that is set.
    if (page !== c.res) {
      c.res = undefined;
      c.res = page;
    }
  };
}
