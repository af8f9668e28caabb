import {
  afterglow,
  type AfterglowBinding,
  type AfterglowEnv,
  type ContactsBinding,
  leadOf,
  type LeadOptions,
  type LeadQuestion,
  originRequest,
  personalize,
  personalized,
  type Whom,
} from "afterglow/edge";
import { WorkerEntrypoint } from "cloudflare:workers";
import { Hono } from "hono";

interface Env {
  readonly AFTERGLOW: AfterglowBinding;
  /** Where the collector's objects are bound as well. */
  readonly AFTERGLOW_CONTACTS?: ContactsBinding;
  /** The same, held back. */
  readonly LATE: AfterglowBinding;
  readonly ORIGIN: string;
}

/** A site's own Worker, as docs/edge.md has it: in front of an origin, and bound to the collector. */
const app = new Hono<AfterglowEnv & { Bindings: Env }>();

const withLead = afterglow({ budgetMs: 10_000 });
app.get("/lead", withLead, (c) => c.json(c.var.lead));
app.get("/contact", afterglow({ budgetMs: 10_000, prefer: "contact" }), (c) => c.json(c.var.lead));
app.get("/product", afterglow({ budgetMs: 10_000, models: ["product"] }), (c) => c.json(c.var.lead));
app.get("/elsewhere", afterglow({ budgetMs: 10_000, site: "shop" }), (c) => c.json(c.var.lead));
app.get("/wrong", async (c) => {
  const problems: string[] = [];
  const onError = (problem: unknown) => {
    problems.push(String(problem));
    throw new Error("also this is no reason to break a page");
  };
  const { AFTERGLOW, AFTERGLOW_CONTACTS: contacts } = c.env;
  const options = { budgetMs: 10_000, models: ["gone"], onError, ...(contacts ? { contacts } : {}) };
  const lead = await leadOf(c.req.raw, AFTERGLOW, options);
  return c.json({ lead, problems });
});
app.get("/score", async (c) => c.json(await c.env.AFTERGLOW.score(c.req.raw)));

app.use("/page/*", personalized({ budgetMs: 10_000 }));
app.all("/page/*", (c) => original(c.req.raw, c.env));

function original(request: Request, { ORIGIN }: Env): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return fetch(new Request(ORIGIN + pathname + search, originRequest(request)), { redirect: "manual" });
}

/** Without Hono: both at once, with the lead from `binding`. */
async function page(request: Request, env: Env, binding: AfterglowBinding, options: LeadOptions) {
  const lead = leadOf(request, binding, options);
  return personalize(await original(request, env), lead, request);
}

export default {
  fetch(request: Request, env: Env, context: ExecutionContext) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/late/")) {
      return page(request, env, env.LATE, { budgetMs: 100, prefer: "contact" });
    }
    if (pathname.startsWith("/kept/")) return page(request, env, env.LATE, { budgetMs: 100 });
    if (pathname.startsWith("/together/")) {
      return page(request, env, env.LATE, { budgetMs: 20_000, prefer: "contact" });
    }
    if (pathname.startsWith("/direct/")) {
      // The collector itself says through `Late` when it is asked.
      const own = new Request(new URL(pathname.slice("/direct".length), request.url), request);
      return app.fetch(own, { ...env, AFTERGLOW: env.LATE }, context);
    }
    const { AFTERGLOW_CONTACTS: _, ...service } = env;
    return app.fetch(request, service, context);
  },
};

/** Hands calls on to the collector when the origin says so: when it has been asked for what it is told. */
export class Late extends WorkerEntrypoint<Env> implements AfterglowBinding {
  async score(whom: Whom, question?: LeadQuestion) {
    await this.#wait();
    return this.env.AFTERGLOW.score(whom, question);
  }

  async scoreText(whom: Whom, question?: LeadQuestion) {
    await this.#wait();
    return this.env.AFTERGLOW.scoreText(whom, question);
  }

  async contactObject(whom: Whom, site?: string) {
    await this.#wait();
    return this.env.AFTERGLOW.contactObject(whom, site);
  }

  snapshotKeys(site?: string) {
    return this.env.AFTERGLOW.snapshotKeys(site);
  }

  async #wait(): Promise<void> {
    await (await fetch(`${this.env.ORIGIN}/go-on`)).text();
  }
}
