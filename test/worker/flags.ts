import { named, siteWithTokens } from "./people.ts";
import { send } from "./two-sites.ts";

export const FLAGS = "/ofrep/v1/evaluate/flags";

export interface Asking {
  readonly key?: string | undefined;
  readonly flag?: string;
  /** In place of one that names the contact. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Asks for all flags of a contact, or for one of them. */
export function ask(targetingKey: unknown, { key, flag, body, headers = {} }: Asking) {
  return send("POST", flag === undefined ? FLAGS : `${FLAGS}/${flag}`, {
    ...(key === undefined ? {} : { key }),
    body: body ?? { context: { targetingKey } },
    headers,
  });
}

export interface Flag {
  readonly key: string;
  readonly value: unknown;
}

/** The values of all flags of an answer. */
export function valuesOf({ body }: { readonly body: Record<string, unknown> }): Record<string, unknown> {
  return Object.fromEntries((body["flags"] as Flag[]).map(({ key, value }) => [key, value]));
}

/** An id that nobody can guess. */
export function visitor(): string {
  return named("abcdefghijklmnopqrstuvwxyz");
}

/** Everybody begins with 3 points. */
export const GRADED = {
  pages: { "/pricing": 10 },
  start: 3,
  decay: { expire: "30d" },
  grade: { cuts: { A: 20, B: 10, C: null } },
  bands: { hot: 20, warm: 10 },
};
const GRIDDED = {
  axes: { fit: {}, interest: {} },
  groups: [
    { id: "g", axis: "interest", rules: [{ id: "r", when: { page: "/pricing" }, points: 40 }] },
    { id: "f", axis: "fit", rules: [{ id: "t", trait: "role", map: { cto: 30 } }] },
  ],
  grid: {
    axes: { fit: { A: 20, B: null }, interest: { "1": 20, "2": null } },
    names: { B1: "warm stranger" },
  },
};

/** A site with two models beside its default one, whose backend signs tokens. */
export async function modelled(id: string) {
  const site = await siteWithTokens(id);
  for (const [model, document] of Object.entries({ graded: GRADED, gridded: GRIDDED })) {
    const headers = { "if-none-match": "*" };
    const put = await send("PUT", `/v1/models/${model}`, { key: site.secretKey, body: document, headers });
    if (put.status !== 201) throw new Error(`${put.status} ${JSON.stringify(put.body)}`);
  }
  return site;
}
