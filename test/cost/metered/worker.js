import collector, * as objects from "../../../dist/worker.js";
import { alarms, count, live, names, setClock, take } from "./meter.js";

/**
 * The collector's own bundle on a clock that the run sets, and with every request, object call, row and alarm counted.
 * It changes nothing of what the collector does.
 */
export const Contact = metered(objects.Contact, "Contact");
export const ContactIndex = metered(objects.ContactIndex, "ContactIndex");
export const Deliveries = metered(objects.Deliveries, "Deliveries");
export const Directory = metered(objects.Directory, "Directory");
export const Models = metered(objects.Models, "Models");
export const Sites = metered(objects.Sites, "Sites");

/** How long an object stays in memory without being asked: https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/ */
const LIVE_MS = 10_000;

/** Each call of a method from outside is a request that is billed. */
function metered(Base, kind) {
  class Metered extends Base {
    static kind = kind;

    /** Ends the object as the runtime does when nobody asks it. */
    putOut() {
      this.native.abort("put out of memory");
    }

    /** Does what the runtime does when the time has come: in the handler there is no alarm any more. */
    async goOff() {
      await this.native.storage.deleteAlarm();
      await this.alarm();
    }

    fileBytes() {
      return this.native.storage.sql.databaseSize;
    }
  }
  for (const name of Object.getOwnPropertyNames(Base.prototype)) {
    if (name === "constructor" || typeof Base.prototype[name] !== "function") continue;
    Metered.prototype[name] = async function (...args) {
      live.set(`${kind} ${this.ctx.id}`, Date.now());
      const began = performance.now();
      try {
        return await Base.prototype[name].apply(this, args);
      } finally {
        this.readMeter();
        count(`called ${kind}.${name}`);
        count(`active ${kind}.${name}`, performance.now() - began);
      }
    };
  }
  return Metered;
}

const stubOf = (env, key) => {
  const [kind, id] = key.split(" ");
  const namespace = env[kind === "ContactIndex" ? "INDEX" : kind.toUpperCase()];
  const name = names.get(key);
  return name === undefined ? namespace.get(namespace.idFromString(id)) : namespace.getByName(name);
};

async function putOutIdle(env, now) {
  for (const [key, at] of live) {
    if (now - at < LIVE_MS) continue;
    live.delete(key);
    await stubOf(env, key)
      .putOut()
      .catch(() => undefined);
  }
}

/** Lets all alarms go off that are set until then, each at its time; how many did. */
async function goOff(env, until) {
  for (let gone = 0; ; gone += 1) {
    const [next] = [...alarms].toSorted((a, b) => a[1] - b[1]);
    if (!next || next[1] > until) return gone;
    const [key, at] = next;
    setClock(at);
    await putOutIdle(env, at);
    alarms.delete(key);
    await stubOf(env, key).goOff();
  }
}

/** What the run asks of the meter itself; none of it is counted. */
async function ask({ pathname, searchParams }, env) {
  if (pathname === "/cost/take") return take();
  if (pathname === "/cost/alarms") return goOff(env, Number(searchParams.get("until")));
  const sizes = [];
  for (const [key] of alarms) if (key.startsWith("Contact ")) sizes.push(await stubOf(env, key).fileBytes());
  return sizes;
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname.startsWith("/cost/")) return Response.json(await ask(url, env));
    const at = Number(request.headers.get("x-cost-at"));
    setClock(at);
    await putOutIdle(env, at);
    count(`asked ${url.pathname}`);
    return collector.fetch(request, env, ctx);
  },
};
