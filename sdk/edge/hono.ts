import type { Context, MiddlewareHandler, Next } from "hono";

import type { AfterglowBinding, ContactsBinding } from "../../shared/lead.ts";
import { findLead, leadAtHand, leadOf, type LeadOptions } from "./lead-of.ts";
import type { Lead } from "./lead.ts";
import { personalize } from "./personalize.ts";

/** What an application has for it: `new Hono<AfterglowEnv>()`, or a part of its own types. */
export interface AfterglowEnv {
  Bindings: {
    readonly AFTERGLOW: AfterglowBinding;
    /** See `contacts` of `LeadOptions`. */
    readonly AFTERGLOW_CONTACTS?: ContactsBinding;
  };
  Variables: { lead: Lead | null };
}

/** Hono middleware: `c.var.lead` is where the visitor stands; `null` where nobody is known, or not in time. */
export function afterglow(options?: LeadOptions): MiddlewareHandler<AfterglowEnv> {
  async function setLead(c: Context<AfterglowEnv>, next: Next): Promise<void> {
    c.set("lead", await findLead(c.req.raw, c.env.AFTERGLOW, withContacts(c.env, options)));
    await next();
  }
  return function lead(c, next) {
    const known = leadAtHand(c.req.raw, options);
    if (known === undefined) return setLead(c, next);
    // Each wait costs more than what is done here.
    c.set("lead", known);
    return next().then(nothing);
  };
}

/** What `next` comes to is Hono's context: handed on, it would be taken for the answer of a handler that gave none. */
function nothing(): void {}

/**
 * Hono middleware: chooses what the page shows that comes from the handlers after it. Who the visitor is, is asked while
 * they work; behind `afterglow()` that is known already.
 */
export function personalized(options?: LeadOptions): MiddlewareHandler<AfterglowEnv> {
  return async function personalizePage(c, next) {
    const known: Lead | null | undefined = c.get("lead");
    const lead =
      known === undefined ? leadOf(c.req.raw, c.env.AFTERGLOW, withContacts(c.env, options)) : known;
    await next();
    const page = await personalize(c.res, lead, c.req.raw);
    // Hono would add the headers of the one before to another one that is set.
    if (page !== c.res) {
      c.res = undefined;
      c.res = page;
    }
  };
}

function withContacts(
  { AFTERGLOW_CONTACTS: contacts }: AfterglowEnv["Bindings"],
  options: LeadOptions = {},
): LeadOptions {
  return contacts ? { contacts, ...options } : options;
}
