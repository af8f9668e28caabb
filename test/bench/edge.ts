import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { buildAll } from "../../scripts/build.ts";
import { type Collector, startCollector } from "../../scripts/collector.ts";
import { buildApp } from "../support/edge.ts";
import { startBare } from "./bare/config.ts";
import { compare, type Contender, linesOf } from "./compare.ts";
import { type Latency, latencies, load, type LoadRequest, type Server, warm } from "./load.ts";

const { values: args } = parseArgs({
  options: {
    // Short samples, so that nobody's objects are put out of memory, which takes a processor, while another is measured.
    seconds: { type: "string", default: "1" },
    pairs: { type: "string", default: "15" },
    requests: { type: "string", default: "3000" },
    visitors: { type: "string", default: "1000" },
  },
});
/** Of more than 2,000 by turns none is known any more when it comes again: an isolate remembers as many snapshots. */
const CONTACTS = Number(args.visitors);
const WRITE_KEY = "wk_bench";
const SECRET_KEY = "sk_bench";
const SIGNING_KEY = "signing-key-of-the-bench-0123456789abcdefghij";
/** Each visitor has an address of its own, as new ones of one address are limited. */
const ADDRESS_HEADER = "x-forwarded-for";

interface Kind {
  readonly server: Server;
  readonly next: () => LoadRequest;
}

/** A visitor's cookies after its first page. */
async function cookiesOf(collector: Collector, n: number): Promise<string> {
  const anonymousId = `bench-visitor-${String(n).padStart(10, "0")}`;
  const event = { type: "page", messageId: `bench-${n}`, anonymousId, properties: { path: "/pricing" } };
  const response = await fetch(`${collector.url}/v1/batch`, {
    method: "POST",
    headers: { origin: collector.url, [ADDRESS_HEADER]: `10.0.${n >> 8}.${n & 255}` },
    body: JSON.stringify({ writeKey: WRITE_KEY, batch: [event] }),
  });
  await response.text();
  const cookies = response.headers.getSetCookie().map((text) => text.split(";")[0] ?? "");
  if (cookies.length !== 2) throw new Error(`visitor ${n} has been given ${cookies.length} cookies`);
  return cookies.join("; ");
}

async function allCookies(collector: Collector): Promise<string[]> {
  const changed = await fetch(`${collector.url}/v1/sites/main`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${SECRET_KEY}` },
    body: JSON.stringify({ settings: { snapshots: true } }),
  });
  if (!changed.ok) throw new Error(await changed.text());
  const cookies: string[] = [];
  for (let n = 0; n < CONTACTS; n += 20) {
    cookies.push(...(await Promise.all(Array.from({ length: 20 }, (_, i) => cookiesOf(collector, n + i)))));
  }
  return cookies;
}

const dir = await mkdtemp(join(tmpdir(), "afterglow-bench-"));
await buildAll();
const servers: Server[] = [];
try {
  const worker = join(dir, "app.js");
  await buildApp(worker, new URL("edge-app.ts", import.meta.url).pathname);
  const collector = await startCollector({
    port: 0,
    stateDir: join(dir, "collector"),
    writeKey: WRITE_KEY,
    secretKey: SECRET_KEY,
    signingKey: SIGNING_KEY,
    addressHeader: ADDRESS_HEADER,
    beside: { worker, env: {}, hasContacts: true },
  });
  servers.push(collector);
  const bare = await startBare(join(dir, "bare"));
  servers.push(bare);
  const app: Server = { ...collector, url: collector.besideUrl ?? "" };
  console.log(`${CONTACTS} visitors, each with its own cookies; 32 connections, ${args.seconds} s a sample`);
  const cookies = await allCookies(collector);

  let count = 0;
  const requestOf = (path: string) => (): LoadRequest => {
    count += 1;
    return { method: "GET", path, headers: { cookie: cookies[count % CONTACTS] ?? "" } };
  };
  const rowOf = (method: "GET" | "POST") => (): LoadRequest => {
    const { headers = {} } = requestOf("/")();
    const path = `/?n=${count % CONTACTS}`;
    return method === "GET" ? { method, path, headers } : { method, path, headers, body: "12" };
  };
  await warm(bare, CONTACTS, rowOf("POST"));

  const kinds: Record<"snapshot" | "contact" | "service" | "hono" | "worker" | "row" | "bound", Kind> = {
    snapshot: { server: app, next: requestOf("/snapshot") },
    contact: { server: app, next: requestOf("/contact") },
    service: { server: app, next: requestOf("/contact?by=service") },
    hono: { server: app, next: requestOf("/hono") },
    worker: { server: bare, next: requestOf("/nothing") },
    row: { server: bare, next: rowOf("GET") },
    bound: { server: { ...bare, url: bare.besideUrl ?? "" }, next: rowOf("GET") },
  };
  const contender = (name: string, { server, next }: Kind): Contender => ({
    name,
    events: 1,
    sample: async () => {
      await warm(server, CONTACTS, next);
      return load(server, Number(args.seconds), next);
    },
  });
  const pairs = Number(args.pairs);
  const bareWorker = contender("bare Worker", kinds.worker);
  const snapshot = await compare(
    contender("ours", kinds.snapshot),
    [bareWorker, contender("Hono alone", kinds.hono)],
    pairs,
  );
  console.log(
    linesOf("Middleware and a snapshot, against a Worker that answers at once", snapshot).join("\n"),
  );
  const bareRow = contender("bare object read", kinds.row);
  const contact = await compare(contender("ours", kinds.contact), [bareRow], pairs);
  console.log(linesOf("Middleware and the contact itself, against a read of one row", contact).join("\n"));
  const service = await compare(
    contender("ours", kinds.service),
    [contender("bare read by a service", kinds.bound), bareRow],
    pairs,
  );
  console.log(linesOf("The same where the service is all that is bound", service).join("\n"));

  console.log("\nOne request after the other, µs");
  const found = await latencies(Number(args.requests), Object.values(kinds));
  for (const [nth, name] of Object.keys(kinds).entries())
    console.log(`  ${name.padEnd(10)} ${line(found[nth])}`);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
}

function line(latency: Latency | undefined): string {
  const { p50 = NaN, p99 = NaN } = latency ?? {};
  return `p50 ${p50.toFixed(0).padStart(6)}  p99 ${p99.toFixed(0).padStart(6)}`;
}
