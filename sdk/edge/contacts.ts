import { copied } from "../../shared/copied.ts";
import { dayOf } from "../../shared/day.ts";
import {
  type AfterglowBinding,
  type ContactsBinding,
  type LeadAnswer,
  readCookies,
  visitorCookieName,
} from "../../shared/lead.ts";
import { type Lead, leadOfAnswer } from "./lead.ts";

/** How long the collector is not asked again whether a cookie is genuine. */
const KNOWN_MS = 10 * 60_000;
/** At some 500 bytes each, at most. */
const MOST_KNOWN = 20_000;
/** Cookies that are longer are not remembered: anybody can put more of the same name beside a genuine one. */
const MAX_NAME_CHARS = 300;
/** At some ten kilobytes each, at most. */
const MOST_ANSWERS = 2_000;
/** Answers that are longer are read anew each time: those of a site with many models would fill the isolate's memory. */
const MAX_ANSWER_CHARS = 2_000;

/** A contact's own object, of which the collector has said that it is there. */
export interface KnownContact {
  readonly id: string;
  /** When the collector is asked again, in milliseconds since 1970. */
  until: number;
}

interface Answer {
  readonly text: string;
  readonly lead: Lead | null;
}

/** By site and the visitor's cookies as they were sent. */
const known = new Map<string, KnownContact>();
/** What contacts have said last, by their objects: mostly they say the same again. */
const answers = new Map<string, Answer>();

/** Whose object this isolate knows, by a `Cookie` header. */
export function knownContact(header: string, site: string): KnownContact | undefined {
  const found = known.get(nameOf(header, site));
  return found && Date.now() < found.until ? found : undefined;
}

function nameOf(header: string, site: string): string {
  return `${site}\n${readCookies(header, visitorCookieName(site)).join(";")}`;
}

/**
 * Asks the collector which object is a visitor's, so that none is asked, and by that made, of somebody it does not know:
 * `undefined` then. `cookie` is what of the header is the visitor's.
 */
export async function findContact(
  header: string,
  cookie: string,
  site: string,
  collector: Pick<AfterglowBinding, "contactObject">,
): Promise<KnownContact | undefined> {
  const id = await collector.contactObject({ cookie }, site);
  if (id === null) return undefined;
  const found = { id, until: Date.now() + KNOWN_MS };
  const name = nameOf(header, site);
  if (name.length > MAX_NAME_CHARS) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(copied(name), found);
  return found;
}

/** Asks a contact itself. `undefined` where only the collector can say what is the matter: it has been deleted, say. */
export async function askContact(
  contact: KnownContact,
  contacts: ContactsBinding,
  models: readonly string[] | undefined,
): Promise<Lead | null | undefined> {
  const text = await contacts.get(contacts.idFromString(contact.id)).lead(dayOf(Date.now()), models);
  const last = answers.get(contact.id);
  if (last?.text === text) return last.lead;
  if (!text.startsWith("{")) {
    contact.until = 0;
    return undefined;
  }
  const lead = leadOfAnswer(JSON.parse(text) as LeadAnswer);
  if (text.length <= MAX_ANSWER_CHARS) {
    if (answers.size >= MOST_ANSWERS) answers.clear();
    answers.set(contact.id, { text, lead });
  }
  return lead;
}
