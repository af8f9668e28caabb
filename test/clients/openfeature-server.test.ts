import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { OFREPProvider } from "@openfeature/ofrep-provider";
import { type Client, OpenFeature } from "@openfeature/server-sdk";
import { afterEach, describe, expect, test } from "vitest";

import { newVisitor, pageVisit, SECRET_KEY, type TestCollector, WRITE_KEY } from "../support/collector.ts";
import { isoDay, visitPricing } from "../support/models.ts";
import { withCollector } from "../support/own-collector.ts";

let collector: TestCollector;
withCollector(async (own) => {
  collector = own;
  await collector.putModel("product", {
    pages: { "/pricing": 12.5 },
    decay: { expire: "30d" },
    grade: { cuts: { A: 20, B: 10, C: null } },
    bands: { hot: 20, cold: null },
  });
});
afterEach(() => OpenFeature.clearProviders());

/** A client of OpenFeature as an application's server has it, with the provider as it comes from npm. */
async function clientWith(key: string, headers: [string, string][] = []): Promise<Client> {
  const authorization: [string, string] = ["Authorization", `Bearer ${key}`];
  const provider = new OFREPProvider({ baseUrl: collector.url, headers: [authorization, ...headers] });
  await OpenFeature.setProviderAndWait(provider);
  return OpenFeature.getClient();
}

const objects = async () => (await readdir(join(collector.stateDir, "objects", "afterglow-contact"))).length;

describe("the stock provider of a server, with the secret key", () => {
  test("reads a contact's standings under each model, with their reasons", async () => {
    const client = await clientWith(SECRET_KEY);
    const targetingKey = await visitPricing(collector, "ann", 0, 1);
    const context = { targetingKey, plan: "pro" };
    expect(await client.getStringValue("band", "?", context)).toBe("warm");
    expect(await client.getNumberValue("score", -1, context)).toBe(20);
    expect(await client.getStringValue("product.band", "?", context)).toBe("hot");
    expect(await client.getNumberValue("product.score", -1, context)).toBe(25);
    expect(await client.getStringValue("product.grade", "?", context)).toBe("A");
    expect(await client.getStringValue("grade", "?", context)).toBe("none");
    expect(await client.getStringValue("cell", "?", context)).toBe("none");
    expect(await client.getStringDetails("product.band", "?", context)).toMatchObject({
      value: "hot",
      variant: "hot",
      reason: "TARGETING_MATCH",
      flagMetadata: { model: "product", version: 1, at: isoDay(0), nextChange: isoDay(29) },
    });
  });

  test("has the standing of who has done nothing for somebody who is not known, and makes no contact", async () => {
    const client = await clientWith(SECRET_KEY);
    await visitPricing(collector, "somebody", 0);
    const before = await objects();
    for (const targetingKey of ["user:nobody", `anon:${newVisitor()}`]) {
      const score = await client.getNumberDetails("score", -1, { targetingKey });
      expect([score.value, score.reason, score.errorCode]).toEqual([0, "DEFAULT", undefined]);
      expect(await client.getStringValue("product.grade", "?", { targetingKey })).toBe("C");
    }
    expect(await objects()).toBe(before);
  });

  test("is told what is wrong in words that it knows, and the application has its own default", async () => {
    const client = await clientWith(SECRET_KEY);
    const targetingKey = await visitPricing(collector, "ben", 0);
    const text = async (flag: string, context: Record<string, string>) => {
      const { value, errorCode, reason, errorMessage } = await client.getStringDetails(flag, "own", context);
      expect(errorMessage?.length).toBeGreaterThan(20);
      return [value, reason, errorCode];
    };
    expect(await text("colour", { targetingKey })).toEqual(["own", "ERROR", "FLAG_NOT_FOUND"]);
    expect(await text("other.band", { targetingKey })).toEqual(["own", "ERROR", "FLAG_NOT_FOUND"]);
    expect(await text("a/b", { targetingKey })).toEqual(["own", "ERROR", "FLAG_NOT_FOUND"]);
    expect(await text("score", { targetingKey })).toEqual(["own", "ERROR", "TYPE_MISMATCH"]);
    expect(await text("band", {})).toEqual(["own", "ERROR", "TARGETING_KEY_MISSING"]);
    expect(await text("band", { targetingKey: "ben" })).toEqual(["own", "ERROR", "INVALID_CONTEXT"]);
    const number = await client.getNumberDetails("band", 7, { targetingKey });
    expect([number.value, number.errorCode]).toEqual([7, "TYPE_MISMATCH"]);
    const truth = await client.getBooleanDetails("band", true, { targetingKey });
    expect([truth.value, truth.errorCode]).toEqual([true, "TYPE_MISMATCH"]);
  });

  test("follows what happens", async () => {
    const client = await clientWith(SECRET_KEY);
    const visitor = newVisitor();
    const band = () => client.getStringValue("product.band", "?", { targetingKey: `anon:${visitor}` });
    expect(await band()).toBe("cold");
    await collector.batch([pageVisit(visitor, "/pricing"), pageVisit(visitor, "/pricing")]);
    expect(await band()).toBe("hot");
  });

  test("with a key that is none, an error, and the application has its own default", async () => {
    const client = await clientWith("sk_wrong");
    const { value, errorCode } = await client.getStringDetails("band", "own", { targetingKey: "user:ann" });
    expect([value, errorCode]).toEqual(["own", "GENERAL"]);
  });
});

describe("the same with the public key", () => {
  test("reads the visitor that it names by its id, and no user", async () => {
    const client = await clientWith(WRITE_KEY);
    const visitor = newVisitor();
    await collector.batch([pageVisit(visitor, "/pricing")]);
    expect(await client.getNumberValue("score", -1, { targetingKey: `anon:${visitor}` })).toBe(10);
    const targetingKey = await visitPricing(collector, "cid", 0);
    const user = await client.getNumberDetails("score", -1, { targetingKey });
    expect([user.value, user.errorCode]).toEqual([-1, "INVALID_CONTEXT"]);
    expect(user.errorMessage).toContain("secret key");
  });
});
