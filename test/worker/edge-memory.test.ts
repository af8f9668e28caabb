import { exports } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { leadOf } from "../../sdk/edge/index.ts";
import { DAY_MS, dayToIso } from "../../shared/day.ts";
import type { AfterglowBinding, ContactsBinding } from "../../shared/lead.ts";
import { named, siteWithTokens, type TestSite, visit } from "./people.ts";
import { beacon, env, newSite, send } from "./two-sites.ts";

const collector = (exports as unknown as { readonly Afterglow: AfterglowBinding }).Afterglow;
const contacts = env.CONTACT as unknown as ContactsBinding;
const MINUTE_MS = 60_000;

let site: TestSite;
beforeAll(async () => {
  site = await siteWithTokens("edge-memory");
  await send("PATCH", `/v1/sites/${site.id}`, {
    key: site.secretKey,
    body: { settings: { snapshots: true } },
  });
});
/** Midnight is far. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: (Math.floor(Date.now() / DAY_MS) + 1.5) * DAY_MS });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The collector, and what it has been asked for. */
function listening() {
  const asked: string[] = [];
  const of =
    (name: keyof AfterglowBinding) =>
    (...args: unknown[]) => {
      asked.push(name);
      return (collector[name] as (...all: unknown[]) => unknown)(...args);
    };
  const binding = {
    score: of("score"),
    scoreText: of("scoreText"),
    contactObject: of("contactObject"),
    snapshotKeys: of("snapshotKeys"),
  } as AfterglowBinding;
  return { asked, binding };
}

/** The cookies of a visitor who has looked at the prices, on the collector's own host. */
async function cookiesOf(of: { readonly writeKey: string } = site, count = 2): Promise<string> {
  const x = named("abcdefghijklmnopqrstuvwxyz");
  const { headers } = await beacon(of.writeKey, [visit(x, "/pricing")], { origin: "https://collector" });
  const cookies = headers.getSetCookie().map((each) => each.split(";")[0]);
  expect(cookies.length).toBe(count);
  return cookies.join("; ");
}

/** Without the snapshot. */
function visitorOnly(cookies: string): string {
  return cookies.split("; ").find((each) => each.startsWith("afterglow_vid")) ?? "";
}

function page(cookie: string): Request {
  return new Request("https://www.example.com/", { headers: { cookie } });
}

function passes(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

const PATIENT = { budgetMs: 60_000 };

test("a snapshot is remembered for as long as its keys and its day are what they were", async () => {
  const request = page(await cookiesOf());
  const { asked, binding } = listening();
  const options = { ...PATIENT, site: site.id };
  const read = async () => (await leadOf(request, binding, options))?.from;
  expect([await read(), await read(), asked]).toEqual(["snapshot", "snapshot", ["snapshotKeys"]]);
  passes(11 * MINUTE_MS);
  expect([await read(), await read(), asked.length]).toEqual(["snapshot", "snapshot", 2]);
  // The collector has got another secret, which has signed nothing of this.
  passes(11 * MINUTE_MS);
  const other = { ...binding, snapshotKeys: () => collector.snapshotKeys() };
  expect((await leadOf(request, other, options))?.from).toBe("contact");
  expect((await leadOf(request, other, options))?.from).toBe("contact");
  passes(11 * MINUTE_MS);
  expect(await read()).toBe("snapshot");
  // Noon is 33 minutes ago.
  passes(DAY_MS / 2 - 38 * MINUTE_MS);
  expect(await read()).toBe("snapshot");
  // The keys are still fresh, but yesterday is over.
  passes(6 * MINUTE_MS);
  const lead = await leadOf(request, binding, options);
  expect(lead?.models["starter"]?.at).toBe(dayToIso(Math.floor(Date.now() / DAY_MS)));
});

test("a visitor's object is asked itself for ten minutes, and then the collector whether it still is", async () => {
  const request = page(await cookiesOf());
  const { asked, binding } = listening();
  const options = { ...PATIENT, site: site.id, contacts, prefer: "contact" } as const;
  const read = () => leadOf(request, binding, options);
  const [first, second] = [await read(), await read()];
  expect(first).toMatchObject({ band: "cold", score: 10, from: "contact" });
  expect(second).toBe(first);
  expect(asked).toEqual(["contactObject"]);
  passes(11 * MINUTE_MS);
  await read();
  expect(asked).toEqual(["contactObject", "contactObject"]);
  passes(DAY_MS);
  expect((await read())?.models["starter"]?.at).toBe(dayToIso(Math.floor(Date.now() / DAY_MS)));
  passes(11 * MINUTE_MS);
  // Its cookie is not taken any more, say.
  const strict = { ...binding, contactObject: () => Promise.resolve(null) };
  expect(await leadOf(request, strict, options)).toBe(null);
});

test("with a snapshot to be had nobody is asked, and without one the contact itself", async () => {
  const cookies = await cookiesOf();
  const { asked, binding } = listening();
  const options = { ...PATIENT, site: site.id, contacts };
  expect((await leadOf(page(cookies), binding, options))?.from).toBe("snapshot");
  expect(asked.filter((name) => name !== "snapshotKeys")).toEqual([]);
  const alone = visitorOnly(cookies);
  asked.length = 0;
  for (let n = 0; n < 2; n += 1) {
    expect((await leadOf(page(alone), binding, options))?.from).toBe("contact");
  }
  expect(asked).toEqual(["contactObject"]);
});

test("a genuine cookie with much beside it is taken, but takes no memory", async () => {
  const cookies = await cookiesOf();
  const { asked, binding } = listening();
  const options = { ...PATIENT, site: site.id, contacts, prefer: "contact" } as const;
  const much = page(`${cookies}; afterglow_vid_${site.id}=${"x".repeat(1_000)}`);
  for (let n = 0; n < 2; n += 1) expect((await leadOf(much, binding, options))?.band).toBe("cold");
  expect(asked).toEqual(["contactObject", "contactObject"]);
});

test("of a site with many models what a contact has said is not kept", async () => {
  const many = await newSite("edge-models");
  for (let n = 0; n < 8; n += 1) {
    const axes = Object.fromEntries(
      Array.from({ length: 8 }, (_, axis) => [`${"axis-".repeat(6)}${axis}`, {}]),
    );
    const weights = Object.fromEntries(Object.keys(axes).map((axis) => [axis, 1]));
    const saved = await send("PUT", `/v1/models/model-${n}`, {
      key: many.secretKey,
      body: { name: `Model ${n}`, axes, total: { weights } },
      headers: { "if-none-match": "*" },
    });
    expect(saved.status).toBe(201);
  }
  const options = { ...PATIENT, site: many.id, contacts, prefer: "contact" } as const;
  const request = page(await cookiesOf(many, 1));
  const read = (models?: readonly string[]) =>
    leadOf(request, collector, { ...options, ...(models ? { models } : {}) });
  const [first, second] = [await read(), await read()];
  expect(Object.keys(first?.models ?? {}).length).toBeGreaterThan(7);
  expect(second).toEqual(first);
  expect(second).not.toBe(first);
  const one = ["model-0"];
  expect(await read(one)).toBe(await read(one));
});

test("a known visitor's object is not asked for again where the keys of snapshots are", async () => {
  // Later than in any test before: keys were asked for then.
  passes(7 * DAY_MS);
  const cookies = await cookiesOf();
  const { asked, binding } = listening();
  const options = { ...PATIENT, site: site.id, contacts };
  await leadOf(page(cookies), binding, options);
  passes(6 * MINUTE_MS);
  // A snapshot that says nothing.
  const request = page(`${visitorOnly(cookies)}; afterglow_lead_${site.id}=e30.${"A".repeat(43)}`);
  await leadOf(request, binding, options);
  passes(6 * MINUTE_MS);
  asked.length = 0;
  expect((await leadOf(request, binding, options))?.from).toBe("contact");
  expect(asked).toEqual(["snapshotKeys"]);
});
