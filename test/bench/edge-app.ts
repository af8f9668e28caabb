import { afterglow, type AfterglowBinding, type AfterglowEnv, type ContactsBinding } from "afterglow/edge";
import { type Context, Hono } from "hono";

interface Env {
  readonly AFTERGLOW: AfterglowBinding;
  readonly AFTERGLOW_CONTACTS: ContactsBinding;
}

/** The least that a site's own Worker can do with a lead: tell its band. */
const app = new Hono<AfterglowEnv>();

// Under full load answers take their time; who is not known in time would cost nothing.
const budgetMs = 10_000;
app.get("/snapshot", afterglow({ budgetMs }), answer);
app.get("/contact", afterglow({ budgetMs, prefer: "contact" }), answer);
/** Without us. */
app.get("/hono", (c) => c.text("cold"));

function answer(c: Context<AfterglowEnv>): Response {
  const wanted = c.req.path.slice(1);
  const { lead } = c.var;
  return lead?.from === wanted ? c.text(lead.band ?? "") : c.text("not as it should be", 503);
}

export default {
  fetch(request: Request, env: Env, context: ExecutionContext) {
    // The same as `/contact` where there is no binding but the collector's service.
    const isByService = request.url.endsWith("/contact?by=service");
    return app.fetch(request, isByService ? { AFTERGLOW: env.AFTERGLOW } : env, context);
  },
};
