import { expect } from "vitest";

import type { TestCollector } from "./collector.ts";

const DAY_MS = 86_400_000;

/** The ISO day so many days from now. */
export function isoDay(daysFromNow: number): string {
  return new Date(Date.now() + daysFromNow * DAY_MS).toISOString().slice(0, 10);
}

let models = 0;

/** A model that no other test of the file uses. */
export function newModel(): { readonly id: string; readonly path: string } {
  models += 1;
  return { id: `model-${models}`, path: `/v1/models/model-${models}` };
}

/** A model in which only a visit of /pricing counts. */
export function simpleModel(points: number) {
  return { name: "Simple", pages: { "/pricing": points }, bands: { hot: 50, cold: null } };
}

/** The headers of a PUT that creates a model. */
export const CREATE = { "if-none-match": "*" };

/** Status and code of a refusal, whose message is expected to say something. */
export async function refusal(response: Response): Promise<[status: number, code: string]> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(20);
  return [response.status, error.code];
}

/** Visits of /pricing so many days ago, sent by the site's own backend; answers with the contact. */
export async function visitPricing(
  collector: TestCollector,
  user: string,
  ...daysAgo: readonly number[]
): Promise<string> {
  const batch = daysAgo.map((days, i) => ({
    type: "page",
    messageId: `${user}-${i}`,
    userId: user,
    timestamp: new Date(Date.now() - days * DAY_MS).toISOString(),
    properties: { path: "/pricing" },
  }));
  const response = await collector.request("POST", "/v1/batch", { batch });
  expect(await response.json()).toMatchObject({ accepted: daysAgo.length });
  return `user:${user}`;
}
