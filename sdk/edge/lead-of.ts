import {
  type AfterglowBinding,
  type LeadAnswer,
  readSnapshotCookies,
  readVisitorCookies,
  visitorCookieName,
} from "../../shared/lead.ts";
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
  /** Told when the collector could not be asked. A page is never broken by that. */
  readonly onError?: (problem: unknown) => void;
}

const BUDGET_MS = 30;

/** Where the visitor of a request stands; `null` where nobody is known, or not in time. Never rejects. */
export async function leadOf(
  request: Request,
  binding: AfterglowBinding,
  options: LeadOptions = {},
): Promise<Lead | null> {
  const { site = "main", budgetMs = BUDGET_MS } = options;
  const header = request.headers.get("cookie") ?? "";
  // Nobody is asked about somebody who has never been here.
  const visitors = readVisitorCookies(header, site);
  if (visitors.length === 0) return null;
  const wanted = { ...options, visitors, sealed: readSnapshotCookies(header, site), site };
  // What this isolate knows by itself is there at once.
  const keys = options.prefer === "contact" ? undefined : knownKeys(site);
  const kept = keys && (verifiedLead(wanted, keys) ?? (await leadOfSnapshot(wanted, keys)));
  if (kept !== undefined) return kept;
  const asked = ask(wanted, binding, keys !== undefined).catch((problem: unknown) => {
    tell(options, problem);
    return null;
  });
  return inTime(asked, budgetMs);
}

type Wanted = Omit<LeadOptions, "site"> & Snapshot;

async function ask(wanted: Wanted, binding: AfterglowBinding, isTried: boolean): Promise<Lead | null> {
  const { visitors, sealed, site, models, prefer } = wanted;
  if (!isTried && prefer !== "contact" && sealed.length > 0) {
    const lead = await leadOfSnapshot(wanted, await askForKeys(binding, site));
    if (lead !== undefined) return lead;
  }
  // Only the visitor's: other cookies are none of the collector's business.
  const cookie = visitors.map(({ id, mac }) => `${visitorCookieName(site)}=${id}.${mac}`).join("; ");
  const text = await binding.scoreText({ cookie }, models ? { site, models } : { site });
  return text === null ? null : leadOfAnswer(JSON.parse(text) as LeadAnswer);
}

function tell({ onError }: LeadOptions, problem: unknown): void {
  try {
    onError?.(problem);
  } catch {
    // What is told of must not become another problem.
  }
}

async function inTime(asked: Promise<Lead | null>, ms: number): Promise<Lead | null> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
