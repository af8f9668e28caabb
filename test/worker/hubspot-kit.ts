import { newSite, send } from "./two-sites.ts";
import { newReceiverOf } from "./webhook-kit.ts";

export const CLIENT_SECRET = "client-secret-of-the-app";
export const TOKEN = "pat-good";

const encoder = new TextEncoder();

async function signatureOf(text: string, secret = CLIENT_SECRET): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return btoa(String.fromCharCode(...mac));
}

/** Headers as HubSpot gives them to a request to `url`. */
export async function signedHeaders(url: string, body: string, at = Date.now(), secret = CLIENT_SECRET) {
  return {
    "content-type": "application/json",
    "x-hubspot-request-timestamp": String(at),
    "x-hubspot-signature-v3": await signatureOf(`POST${url}${body}${at}`, secret),
  };
}

let made = 0;

/** A site that is connected to a HubSpot of its own; what is written there is told by webhooks as the test says. */
export async function connectedSite(settings: object = {}) {
  made += 1;
  const site = await newSite(`hubspot-${made}`);
  const hubspot = await newReceiverOf("hubspot");
  const connect = (more: object | null) =>
    send("PATCH", `/v1/sites/${site.id}`, { key: site.secretKey, body: { settings: { hubspot: more } } });
  const own = { clientSecret: CLIENT_SECRET, token: TOKEN, url: hubspot.url, ...settings };
  const { status, body } = await connect(own);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);

  async function tell(...events: readonly object[]) {
    const text = JSON.stringify(events.map((event) => ({ ...FRAME, occurredAt: Date.now(), ...event })));
    const path = `/v1/hubspot/${site.id}`;
    return send("POST", path, { body: text, headers: await signedHeaders(`http://collector${path}`, text) });
  }

  async function api(method: string, path: string, written: object): Promise<{ readonly id: string }> {
    const response = await fetch(`${hubspot.url}/crm/objects/2026-03/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(written),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text) as { id: string };
  }

  return {
    site,
    hubspot,
    connect,
    tell,
    /** A contact in HubSpot; its id. */
    contact: async (properties: object) =>
      Number((await api("POST", "contacts", { properties, associations: [] })).id),
    deal: async (properties: object, ...contacts: readonly number[]) =>
      Number(
        (await api("POST", "0-3", { properties, associations: contacts.map((id) => tiedTo(String(id))) })).id,
      ),
    change: (path: string, properties: object) => api("PATCH", path, { properties }),
    read: (ref: string, what = "") =>
      send("GET", `/v1/contacts/${encodeURIComponent(ref)}${what}`, { key: site.secretKey }),
    /** The outcomes of a contact, with how often each was counted and what it was worth, by name. */
    async outcomes(ref: string) {
      const { body: timeline } = await this.read(ref, "/timeline");
      const days = timeline["days"] as readonly { readonly facts: readonly Fact[] }[];
      return days
        .flatMap(({ facts }) => facts)
        .filter(({ event }) => event !== "identify")
        .map(({ event, count, value }) => `${event} x${count}${value === undefined ? "" : ` worth ${value}`}`)
        .toSorted((a, b) => a.localeCompare(b));
    },
  };
}

interface Fact {
  readonly event: string;
  readonly count: number;
  readonly value?: number;
}

/** What HubSpot says with each event. */
const FRAME = {
  eventId: 100,
  subscriptionId: 7,
  portalId: 62_515,
  appId: 54_321,
  attemptNumber: 0,
  changeSource: "CRM_UI",
};

function tiedTo(id: string) {
  return { to: { id }, types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 3 }] };
}
