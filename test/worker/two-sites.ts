import { env as bindings, exports } from "cloudflare:workers";

import { formatSignedKey, type KeyName } from "../../worker/domain/signed-key.ts";
import type { Env } from "../../worker/env.ts";
import { macOf } from "../../worker/signatures.ts";

export const env = bindings as unknown as Env;
const worker = (exports as unknown as { readonly default: Fetcher }).default;

/** Everything that was answered, so that a test can look for what must not be there. */
export const answered: { readonly status: number; readonly text: string }[] = [];

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly code: string | undefined;
  readonly headers: Headers;
}

export async function send(
  method: string,
  path: string,
  { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await worker.fetch(`http://collector${path}`, {
    method,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  answered.push({ status: response.status, text });
  const read = (text === "" || !text.startsWith("{") ? {} : JSON.parse(text)) as Record<string, unknown>;
  const { code } = (read["error"] ?? {}) as { code?: string };
  return { status: response.status, body: read, code, headers: response.headers };
}

interface KeyView {
  readonly kid: string;
  readonly kind: string;
  readonly key?: string;
}

/** A site of the test's own. */
export async function newSite(id: string, origins: readonly string[] = []) {
  const { status, body } = await send("POST", "/v1/sites", { key: "sk_test", body: { id, origins } });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  const keys = body["keys"] as readonly KeyView[];
  const find = (kind: string) => keys.find((key) => key.kind === kind) ?? { kid: "", key: "" };
  const [write, secret] = [find("write"), find("secret")];
  return {
    id,
    writeKey: write.key ?? "",
    writeKid: write.kid,
    secretKey: secret.key ?? "",
    secretKid: secret.kid,
  };
}

/** A key that the deployment has signed, whether or not its site knows it. */
export async function signed(name: KeyName, signingKey = env.SIGNING_KEY ?? ""): Promise<string> {
  return formatSignedKey(name, await macOf(name, signingKey));
}

let events = 0;

export function page(anonymousId: string, path: string) {
  events += 1;
  return { type: "page", messageId: `m-${events}`, anonymousId, properties: { path } };
}

/** A batch with the write key in its body, as a browser sends it. */
export function beacon(writeKey: string, batch: readonly unknown[], headers: Record<string, string> = {}) {
  return send("POST", "/v1/batch", { body: { writeKey, batch }, headers });
}
