import { exports } from "cloudflare:workers";

import type { TestSite } from "./people.ts";

export const worker = (exports as unknown as { readonly default: Fetcher }).default;

interface Message {
  readonly type: string;
  readonly contact?: string;
  readonly score?: number;
  readonly band?: string | null;
  readonly traits?: Readonly<Record<string, unknown>>;
}

/** A reader who watches, and all that it is told. */
export async function watch(site: TestSite, query = "") {
  const headers = { upgrade: "websocket", "sec-websocket-protocol": `afterglow, key.${site.secretKey}` };
  const response = await worker.fetch(`http://collector/v1/contacts/live${query}`, { headers });
  const { status, webSocket } = response;
  const told: Message[] = [];
  webSocket?.addEventListener("message", ({ data }) => {
    told.push(JSON.parse(String(data)) as Message);
  });
  let isClosed = false;
  webSocket?.addEventListener("close", () => {
    isClosed = true;
  });
  webSocket?.accept();
  return {
    status,
    told,
    isClosed: () => isClosed,
    protocol: response.headers.get("sec-websocket-protocol"),
    close: () => webSocket?.close(),
  };
}
