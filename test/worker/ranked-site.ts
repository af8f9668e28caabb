import { siteWithTokens, type TestSite, visit } from "./people.ts";
import { send } from "./two-sites.ts";

/** Ten points for a visit of /hot, which fade; one for each other page. */
export const RANKING_MODEL = {
  pages: { "/hot": 10, "*": 1 },
  decay: { halfLife: "30d" },
  bands: { hot: 20, warm: 10, cold: null },
};

export interface Row {
  readonly contact: string;
  readonly score: number;
  readonly band: string | null;
  readonly traits: Record<string, unknown>;
  readonly identity: string;
  readonly version?: number;
}

/** A site of the test's own, which scores by one model. */
export async function newRankedSite(id: string): Promise<TestSite> {
  const made = await siteWithTokens(id);
  const key = made.secretKey;
  const headers = { "if-none-match": "*" };
  const saved = await send("PUT", "/v1/models/main", { key, body: RANKING_MODEL, headers });
  if (saved.status !== 201) throw new Error(JSON.stringify(saved.body));
  await send("DELETE", "/v1/models/starter", { key, headers: { "if-match": "*" } });
  return made;
}

export async function list(of: TestSite, query = "") {
  const { status, body } = await send("GET", `/v1/contacts${query}`, { key: of.secretKey });
  return {
    status,
    body,
    rows: (body["contacts"] ?? []) as Row[],
    cursor: body["cursor"] as string | undefined,
  };
}

export function names(rows: readonly Row[]): string[] {
  return rows.map(({ contact }) => contact);
}

/** So many visits of the page that counts. */
export function fan(anonymousId: string, visits: number) {
  return Array.from({ length: visits }, () => visit(anonymousId, "/hot"));
}
