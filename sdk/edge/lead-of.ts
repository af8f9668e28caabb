import {
  type AfterglowBinding,
  type ContactsBinding,
  type LeadAnswer,
  MAIN,
  readSnapshotCookies,
  readVisitorCookies,
  visitorCookieName,
} from "../../shared/lead.ts";
import { askContact, findContact, knownContact } from "./contacts.ts";
import { type Lead, leadOfAnswer } from "./lead.ts";
import { askForKeys, knownKeys, leadOfSnapshot, type Snapshot, verifiedLead } from "./snapshot.ts";

export interface LeadOptions {
  /** Default: the main site. */
  readonly site?: string;
  /** The models that the page needs. Default: all. */
  readonly models?: readonly string[];
  /** How long to wait at most, in milliseconds; then nobody is known. Default: 30. */
  readonly budgetMs?: number;
  /**
   * `snapshot` takes what a cookie says that was signed today, and asks the contact where there is none. `contact` asks in
   * any case: the whole contact, up to this moment. Default: `snapshot`.
   */
  readonly prefer?: "snapshot" | "contact";
  /**
   * The collector's objects of contacts, where the Worker is bound to them as well: then the contact is asked itself,
   * without a detour by the collector's Worker.
   */
  readonly contacts?: ContactsBinding;
  /** Told when the collector could not be asked. A page is never broken by that. */
  readonly onError?: (problem: unknown) => void;
}

const BUDGET_MS = 30;

/** Where the visitor of a request stands; `null` where nobody is known, or not in time. Never rejects. */
export async function leadOf(
  request: Request,
  binding: AfterglowBinding,
  options?: LeadOptions,
): Promise<Lead | null> {
  const known = leadAtHand(request, options);
  return known === undefined ? findLead(request, binding, options) : known;
}

/** What this isolate knows by itself: the lead, `null` where it is nobody, `undefined` where it has to be asked for. */
export function leadAtHand(
  request: Request,
  { site = MAIN, models, prefer }: LeadOptions = {},
): Lead | null | undefined {
  const header = request.headers.get("cookie");
  if (header === null) return null;
  const keys = prefer === "contact" ? undefined : knownKeys(site);
  return keys && verifiedLead(header, site, models, keys);
}

/** The lead of a request that `leadAtHand` does not know. */
export async function findLead(
  request: Request,
  binding: AfterglowBinding,
  options: LeadOptions = {},
): Promise<Lead | null> {
  const { site = MAIN, models, prefer, contacts } = options;
  const header = request.headers.get("cookie") ?? "";
  const isKnown = contacts !== undefined && knownContact(header, site) !== undefined;
  if (isKnown && prefer === "contact") return inTime(ask(header, binding, options), options);
  const visitors = readVisitorCookies(header, site);
  // Nobody is asked about somebody who has never been here.
  if (visitors.length === 0) return null;
  if (prefer === "contact") return inTime(ask(header, binding, options), options);
  const sealed = readSnapshotCookies(header, site);
  const snapshot = { visitors, sealed, site, ...(models ? { models } : {}) };
  const keys = knownKeys(site);
  const kept = keys && (await leadOfSnapshot(snapshot, keys));
  if (kept !== undefined) return kept;
  const hasUnread = keys === undefined && sealed.length > 0;
  const asked = hasUnread ? askForBoth(snapshot, header, binding, options) : ask(header, binding, options);
  return inTime(asked, options);
}

/** Where this isolate has no keys for snapshots yet. */
async function askForBoth(
  snapshot: Snapshot,
  header: string,
  binding: AfterglowBinding,
  options: LeadOptions,
): Promise<Lead | null> {
  const lead = await leadOfSnapshot(snapshot, await askForKeys(binding, snapshot.site));
  return lead ?? ask(header, binding, options);
}

/** Asks the contact: itself, where that can be, else by way of the collector. */
async function ask(
  header: string,
  binding: AfterglowBinding,
  { site = MAIN, models, contacts }: LeadOptions,
): Promise<Lead | null> {
  if (contacts) {
    const contact =
      knownContact(header, site) ?? (await findContact(header, ownCookies(header, site), site, binding));
    if (!contact) return null;
    const lead = await askContact(contact, contacts, models);
    if (lead !== undefined) return lead;
  }
  const text = await binding.scoreText(
    { cookie: ownCookies(header, site) },
    models ? { site, models } : { site },
  );
  return text === null ? null : leadOfAnswer(JSON.parse(text) as LeadAnswer);
}

/** Only the visitor's: other cookies are none of the collector's business. */
function ownCookies(header: string, site: string): string {
  const name = visitorCookieName(site);
  return readVisitorCookies(header, site)
    .map(({ id, mac }) => `${name}=${id}.${mac}`)
    .join("; ");
}

function inTime(
  asked: Promise<Lead | null>,
  { budgetMs = BUDGET_MS, onError }: LeadOptions,
): Promise<Lead | null> {
  return new Promise((resolve) => {
    // It ends with the request. To clear it would cost more than to let it find that all is settled.
    setTimeout(resolve, budgetMs, null);
    asked.then(resolve, (problem: unknown) => {
      resolve(null);
      // What is told of must not become another problem.
      try {
        onError?.(problem);
      } catch {}
    });
  });
}
