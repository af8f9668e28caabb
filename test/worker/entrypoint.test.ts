import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";

import type { AfterglowBinding } from "../../shared/lead.ts";
import { visitorText } from "../../worker/domain/visitor-cookie.ts";
import { macOfText } from "../../worker/signatures.ts";
import { objectsOf } from "../../worker/site-objects.ts";
import { browse, identify, named, siteWithTokens, type TestSite, token, visit } from "./people.ts";
import { env, newSite, send } from "./two-sites.ts";

const binding = (exports as unknown as { readonly Afterglow: AfterglowBinding }).Afterglow;

let site: TestSite;
let other: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("bound");
  other = await newSite("bound-other");
});

function visitor(): string {
  return named("abcdefghijklmnopqrstuvwxyz");
}

async function cookieOf(id: string, { id: of }: { readonly id: string } = site): Promise<string> {
  return `afterglow_vid_${of}=${id}.${await macOfText(visitorText(of, id), env.SIGNING_KEY ?? "")}`;
}

async function putModel(id: string, document: object): Promise<void> {
  const headers = { "if-none-match": "*" };
  const { status, body } = await send("PUT", `/v1/models/${id}`, {
    key: site.secretKey,
    body: document,
    headers,
  });
  expect([status, body["error"]]).toEqual([201, undefined]);
}

async function isKnown(ref: `anon:${string}`, of = site): Promise<boolean> {
  return objectsOf(env, of.id).directory().has(ref);
}

async function problemOf(call: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call());
  } catch (problem) {
    return problem instanceof Error ? problem.message : "";
  }
}

describe("a Worker that is bound to the collector", () => {
  test("reads where the visitor of a request stands under every model, the whole contact", async () => {
    await putModel("product", {
      name: "Product",
      axes: { fit: {}, use: {} },
      groups: [
        { id: "f", axis: "fit", rules: [{ id: "docs", when: { page: "/docs" }, points: 7 }] },
        { id: "u", axis: "use", rules: [{ id: "app", when: { page: "/app" }, points: 5 }] },
      ],
      grid: { axes: { fit: { A: 5, B: null }, use: { "1": 9, "2": null } } },
      total: { weights: { fit: 1, use: 1 } },
      bands: [{ name: "trial", when: { score: 10 } }, { name: "none" }],
    });
    const [x, ann] = [visitor(), named("ann")];
    await browse(site, visit(x, "/pricing"), visit(x, "/docs"), visit(x, "/app"));
    await browse(site, identify(x, ann, await token(site, ann)));
    const cookie = `a=b; ${await cookieOf(x)}`;
    const question = { site: site.id };
    const lead = await binding.score({ cookie }, question);
    const at = new Date().toISOString().slice(0, 10);
    expect(lead).toEqual({
      contact: `user:${ann}`,
      model: "starter",
      models: {
        starter: expect.objectContaining({ version: 1, at, score: 12, band: "cold" }),
        product: expect.objectContaining({
          version: 1,
          at,
          score: 12,
          band: "trial",
          cell: "A2",
          axes: { fit: 7, use: 5 },
        }),
      },
    });
    const request = new Request("https://www.example.com/", { headers: { cookie } });
    expect(await binding.score(request, question)).toEqual(lead);
    expect(JSON.parse((await binding.scoreText({ cookie }, question)) ?? "")).toEqual(lead);
    expect(await binding.score({ contact: `anon:${x}` }, question)).toEqual(lead);
    const one = await binding.score({ contact: `user:${ann}` }, { ...question, models: ["product", "gone"] });
    expect([one?.model, Object.keys(one?.models ?? {})]).toEqual(["product", ["product"]]);
  });

  test("takes a forged cookie, another site's, or none for nobody", async () => {
    const x = visitor();
    await browse(site, visit(x, "/pricing"));
    const good = await cookieOf(x);
    const mac = good.split(".")[1] ?? "";
    const question = { site: site.id };
    expect((await binding.score({ cookie: good }, question))?.contact).toBe(`anon:${x}`);
    for (const cookie of [
      "",
      "a=b",
      `afterglow_vid_bound=${x}.${"A".repeat(24)}`,
      `afterglow_vid_bound=${visitor()}.${mac}`,
      `afterglow_vid_bound=${x}`,
      (await cookieOf(x, other)).replace("bound-other", "bound"),
      await cookieOf(x, other),
    ]) {
      expect([cookie, await binding.score({ cookie }, question)]).toEqual([cookie, null]);
    }
    expect(await binding.score({ cookie: good }, { site: other.id })).toBe(null);
    expect(await binding.score(new Request("https://www.example.com/"), question)).toBe(null);
    expect(await isKnown(`anon:${x}`, other)).toBe(false);
  });

  test("makes no contact by asking, and none is left of one that was deleted", async () => {
    const x = visitor();
    const cookie = await cookieOf(x);
    expect(await binding.score({ cookie }, { site: site.id })).toBe(null);
    expect(await isKnown(`anon:${x}`)).toBe(false);
    await browse(site, visit(x, "/pricing"));
    expect((await binding.score({ cookie }, { site: site.id }))?.models["starter"]?.score).toBe(10);
    await send("DELETE", `/v1/contacts/anon:${x}`, { key: site.secretKey });
    expect(await binding.score({ cookie }, { site: site.id })).toBe(null);
  });

  test("is told what is wrong with what it asks", async () => {
    await browse(site, visit("somebody", "/"));
    const ask = (contact: string, question: object) => problemOf(() => binding.score({ contact }, question));
    expect(await ask("ann", { site: site.id })).toContain('contact wants "user:<userId>" or "anon:');
    expect(await ask("anon:x", { site: "nowhere" })).toContain('There is no site "nowhere"');
    expect(await problemOf(() => binding.snapshotKeys("nowhere"))).toContain('There is no site "nowhere"');
    expect(await ask("anon:somebody", { site: site.id, models: ["gone"] })).toContain(
      'The site "bound" has none of the models ["gone"]',
    );
  });

  test("has the keys of its own site's snapshots", async () => {
    const [own, others] = [await binding.snapshotKeys(site.id), await binding.snapshotKeys(other.id)];
    expect(own).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(own).not.toEqual(others);
  });
});
