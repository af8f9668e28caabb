import { createHmac, generateKeyPairSync, sign } from "node:crypto";

import type { TestCollector } from "./collector.ts";

const SECRET = "the-secret-that-a-site's-backend-signs-with";

/** A site's backend, on Node alone, that signs in its users. */
export interface Backend {
  /** A token that says for a few minutes who somebody is; every other one by Ed25519. */
  token(userId: string): string;
}

/** The backend of a collector's main site, which is told its keys. */
export async function backendOf(collector: TestCollector): Promise<Backend> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const jwt = [
    { kid: "hs", alg: "HS256", secret: SECRET },
    { kid: "ed", alg: "EdDSA", publicKey: publicKey.export({ type: "spki", format: "pem" }) },
  ];
  const body = { settings: { identity: { jwt } } };
  const response = await collector.request("PATCH", "/v1/sites/main", body);
  if (!response.ok) throw new Error(await response.text());
  let made = 0;
  return {
    token(sub) {
      made += 1;
      const isEd = made % 2 === 0;
      const header = { alg: isEd ? "EdDSA" : "HS256", typ: "JWT", kid: isEd ? "ed" : "hs" };
      const exp = Math.floor(Date.now() / 1_000) + 300;
      const text = [header, { sub, aud: "main", exp }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const mac = isEd
        ? sign(null, Buffer.from(text), privateKey)
        : createHmac("sha256", SECRET).update(text).digest();
      return `${text}.${mac.toString("base64url")}`;
    },
  };
}
