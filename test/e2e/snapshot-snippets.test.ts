import { execFile, spawnSync } from "node:child_process";
import { createHmac, sign } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { SnapshotClaims } from "../../shared/lead.ts";
import { SECRET_KEY, SIGNING_KEY, startTestCollector, type TestCollector } from "../support/collector.ts";

const run = promisify(execFile);

/** With the key that the collector makes of its secret: so what is wrong with it is not its signature. */
function signedByUs(head: string, claims: SnapshotClaims): string {
  const seed = createHmac("sha256", SIGNING_KEY).update("afterglow snapshot tokens 1").digest();
  const key = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  const signature = sign(null, Buffer.from(text), { key, format: "der", type: "pkcs8" });
  return `${text}.${signature.toString("base64url")}`;
}

/** What stands below each snippet: reads the tokens it is given, and tells the claims of each. */
const LANGUAGES = {
  js: {
    heading: "Node",
    file: "snapshot.mjs",
    command: process.execPath,
    isThere: [process.execPath, "--version"],
    before: "",
    after: `const [collector, ...tokens] = process.argv.slice(2);
const all = [];
for (const token of tokens) all.push(await readSnapshot(token, collector));
console.log(JSON.stringify(all));`,
  },
  python: {
    heading: "Python",
    file: "snapshot.py",
    command: "python3",
    isThere: ["python3", "-c", "import cryptography"],
    before: "",
    after: `import sys
print(json.dumps([read_snapshot(token, sys.argv[1]) for token in sys.argv[2:]]))`,
  },
  php: {
    heading: "PHP",
    file: "snapshot.php",
    command: "php",
    isThere: ["php", "-r", "exit(function_exists('sodium_crypto_sign_verify_detached') ? 0 : 1);"],
    before: "<?php\n",
    after: `$keys = [];
echo json_encode(array_map(fn($token) => afterglow_snapshot($token, $argv[1], 'main', $keys), array_slice($argv, 2)));`,
  },
} as const;

let collector: TestCollector;
let folder: string;
let own = "";
let other = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "afterglow-snippets-"));
  collector = await startTestCollector();
  const changed = await collector.request("PATCH", "/v1/sites/main", { settings: { snapshots: true } });
  expect(changed.status).toBe(200);
  [own, other] = [await tokenOf(), await tokenOfAnotherSite()];
});
afterAll(async () => {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
});

async function tokenOf(writeKey?: string): Promise<string> {
  const event = { type: "page", messageId: "m", anonymousId: "snippets", properties: { path: "/pricing" } };
  const answer = writeKey
    ? await (await collector.send({ writeKey, batch: [event] })).json()
    : await collector.batch([event]);
  return String((answer as { token?: string }).token);
}

/** Signed by us, and of another site: as good as any, but not for this one. */
async function tokenOfAnotherSite(): Promise<string> {
  const made = await fetch(`${collector.url}/v1/sites`, {
    method: "POST",
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body: JSON.stringify({ id: "other" }),
  });
  const { keys } = (await made.json()) as { keys: { kind: string; key?: string }[] };
  await collector.request("PATCH", "/v1/sites/other", { settings: { snapshots: true } });
  return tokenOf(keys.find(({ kind }) => kind === "write")?.key ?? "");
}

for (const [language, { heading, file, command, isThere, before, after }] of Object.entries(LANGUAGES)) {
  const [program, ...words] = isThere;
  const isMissing = spawnSync(program, words).status !== 0;
  if (isMissing)
    console.log(
      `docs/edge.md: its ${heading} is not tried, as this machine has not what it needs (${isThere.join(" ")})`,
    );

  test.skipIf(isMissing)(
    `docs/edge.md: a backend in ${heading} verifies a snapshot with the public key, and nothing else`,
    async () => {
      const docs = await readFile(new URL("../../docs/edge.md", import.meta.url), "utf8");
      const section = docs.slice(docs.indexOf(`### ${heading}\n`));
      const snippet = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(section)?.[1] ?? "";
      expect(snippet.length).toBeGreaterThan(300);
      await writeFile(join(folder, file), `${before}${snippet}\n${after}\n`);

      const token = own;
      const [head = "", body = "", signature = ""] = token.split(".");
      const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as SnapshotClaims;
      const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const better = encoded({ ...claims, models: { starter: { version: 1, score: 99, band: "hot" } } });
      const header = JSON.parse(Buffer.from(head, "base64url").toString()) as object;
      const none = encoded({ ...header, alg: "none" });
      const unknown = encoded({ ...header, kid: "nobody" });
      const tokens = [
        token,
        `${head}.${better}.${signature}`,
        `${none}.${body}.`,
        `${unknown}.${body}.${signature}`,
        `${head}.${body}`,
        "",
        "a.b.c",
        other,
        // Whatever JSON there is where a text should be.
        ...[
          { ...header, kid: [] },
          { ...header, kid: {} },
          { ...header, kid: null },
          { ...header, alg: [] },
        ]
          .map(encoded)
          .map((odd) => `${odd}.${body}.${signature}`),
        ...[
          { ...header, alg: "HS256" },
          { ...header, alg: "eddsa" },
          { ...header, typ: "JWT" },
          [],
          "EdDSA",
          1,
          null,
        ]
          .map((odd) => Buffer.from(JSON.stringify(odd)).toString("base64url"))
          .map((odd) => `${odd}.${body}.${signature}`),
        `${head}.${body}.${signature}.${signature}`,
        signedByUs(head, { ...claims, exp: Math.floor(Date.now() / 1_000) - 1 }),
        signedByUs(head, claims).slice(0, -4),
      ];
      const { stdout } = await run(command, [join(folder, file), collector.url, ...tokens]);
      expect(signedByUs(head, claims)).toBe(token);
      expect(other.split(".").length).toBe(3);
      expect(JSON.parse(stdout)).toEqual([claims, ...tokens.slice(1).map(() => null)]);
      expect(claims.models["starter"]).toMatchObject({ score: 10, band: "cold" });
    },
  );
}
