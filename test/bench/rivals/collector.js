import { serve } from "@hono/node-server";
import Database from "better-sqlite3";
import { Hono } from "hono";

/**
 * What somebody who knows the field would write in a day: one process of Node, one SQLite file, counts by contact, day and
 * signal. It takes the body that our script sends, counts each message id once, and answers when all of it is on disk. It
 * has no limits, no bots, no merges, no deletion and no scores.
 */
const [file, writeKey] = process.argv.slice(2);
const MAX_BODY_BYTES = 512 * 1024;
const MAX_CHARS = 256;
const DAY_MS = 86_400_000;

const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`
  CREATE TABLE contact (id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, first_at INTEGER, last_at INTEGER, events INTEGER);
  CREATE TABLE seen (message TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE fact (contact INTEGER, day INTEGER, signal TEXT, count INTEGER, active_ms INTEGER, first_at INTEGER,
    last_at INTEGER, PRIMARY KEY (contact, day, signal)) WITHOUT ROWID;
`);
const markSeen = db.prepare("INSERT INTO seen (message) VALUES (?) ON CONFLICT DO NOTHING");
const upsertContact = db.prepare(`
  INSERT INTO contact (ref, first_at, last_at, events) VALUES (?, ?, ?, 1) ON CONFLICT (ref) DO UPDATE SET
    first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at), events = events + 1
  RETURNING id`);
const upsertFact = db.prepare(`
  INSERT INTO fact (contact, day, signal, count, active_ms, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (contact, day, signal) DO UPDATE SET count = count + excluded.count,
    active_ms = active_ms + excluded.active_ms, first_at = min(first_at, excluded.first_at),
    last_at = max(last_at, excluded.last_at)`);

function readEvent(raw) {
  const { type, event, messageId, anonymousId, timestamp, properties = {} } = raw ?? {};
  const at = Date.parse(timestamp);
  const isEngaged = type === "track" && event === "Page Engaged";
  const name = type === "page" || isEngaged ? "page" : event;
  const isRight =
    [messageId, anonymousId, name].every(
      (text) => typeof text === "string" && text && text.length <= MAX_CHARS,
    ) &&
    Number.isFinite(at) &&
    typeof properties === "object";
  if (!isRight) return undefined;
  const { active_ms: activeMs = 0, ...rest } = properties;
  const signal = `${name} ${JSON.stringify(rest)}`;
  return { messageId, anonymousId, at, signal, count: isEngaged ? 0 : 1, activeMs: Number(activeMs) || 0 };
}

/** One transaction, so one commit, a request. */
const take = db.transaction((batch) => {
  let accepted = 0;
  let duplicate = 0;
  const rejected = [];
  batch.forEach((raw, index) => {
    const event = readEvent(raw);
    if (!event) {
      rejected.push({ index, reason: "invalid" });
      return;
    }
    const { messageId, anonymousId, at, signal, count, activeMs } = event;
    if (markSeen.run(messageId).changes === 0) {
      duplicate += 1;
      return;
    }
    const { id } = upsertContact.get(anonymousId, at, at);
    upsertFact.run(id, Math.floor(at / DAY_MS), signal, count, activeMs, at, at);
    accepted += 1;
  });
  return { success: true, accepted, duplicate, rejected };
});

const app = new Hono();
app.post("/v1/batch", async (c) => {
  const text = await c.req.text();
  if (text.length > MAX_BODY_BYTES) return c.json({ error: "too_large" }, 413);
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return c.json({ error: "invalid_json" }, 400);
  }
  if (body?.writeKey !== writeKey) return c.json({ error: "unknown_key" }, 401);
  if (!Array.isArray(body.batch)) return c.json({ error: "invalid_batch" }, 400);
  c.header("access-control-allow-origin", "*");
  return c.json(take.immediate(body.batch));
});

serve({ fetch: app.fetch, port: 0, hostname: "localhost" }, ({ port }) => console.log(`listening ${port}`));
