import type { Intake } from "../domain/ledger.ts";
import { homeText, type VisitorHome } from "../domain/visitor-home.ts";
import { waitOf } from "../domain/visitor-limit.ts";
import type { Env } from "../env.ts";
import { remember } from "../known-contacts.ts";
import { contactOf } from "../live-contacts.ts";
import type { Held } from "../middleware/limits.ts";
import { hasMac, isSigningKey } from "../signatures.ts";
import { objectsOf } from "../site-objects.ts";

/** So that one request does not hold up all others. */
const CONTACTS_AT_ONCE = 20;

interface Pace {
  /** Where the sender says that a visitor has been merged into. */
  readonly home?: VisitorHome | undefined;
  /** Contacts that are asked together; then `between` is waited for. */
  readonly atOnce?: number;
  readonly between?: () => Promise<void>;
}

/** What became of the parts of a batch: the contacts' own answers, as text; what has to wait; and what could not be handed over. */
export interface Delivered {
  readonly answers: readonly string[];
  readonly held: readonly Held[];
  readonly failed: readonly { readonly intake: Intake; readonly problem: unknown }[];
}

/** Gives each contact its part. All are asked, whatever becomes of others; sent again, what has been counted is known. */
export async function deliverAll(
  intakes: readonly Intake[],
  env: Env,
  { home, atOnce = CONTACTS_AT_ONCE, between }: Pace = {},
): Promise<Delivered> {
  const answers: string[] = [];
  const held: Held[] = [];
  const failed: { intake: Intake; problem: unknown }[] = [];
  for (let from = 0; from < intakes.length; from += atOnce) {
    const some = intakes.slice(from, from + atOnce);
    const outcomes = await Promise.allSettled(some.map((intake) => deliver(intake, env, home)));
    for (const [nth, intake] of some.entries()) {
      const outcome = outcomes[nth];
      const wait = outcome?.status === "fulfilled" ? waitOf(outcome.value) : 0;
      if (outcome?.status !== "fulfilled") failed.push({ intake, problem: outcome?.reason });
      else if (wait > 0) held.push({ intake, waitMs: wait, reason: "visitor_limit" });
      else answers.push(outcome.value);
    }
    await between?.();
  }
  return { answers, held, failed };
}

async function deliver(intake: Intake, env: Env, home: VisitorHome | undefined): Promise<string> {
  const direct = home && !intake.merges ? await deliverHome(intake, env, home) : "unknown";
  if (direct !== "unknown") return direct;
  const answer = await objectsOf(env, intake.site).contact(intake.ref).ingest(JSON.stringify(intake));
  remember(intake.site, intake.ref);
  return answer;
}

/** Straight to the contact that a visitor has been merged into; `unknown` where it is not, or no more. */
async function deliverHome(intake: Intake, env: Env, { object, mac }: VisitorHome): Promise<string> {
  const { SIGNING_KEY } = env;
  const text = homeText(intake.site, intake.source, object);
  if (!isSigningKey(SIGNING_KEY) || !(await hasMac(text, mac, SIGNING_KEY))) return "unknown";
  return contactOf(object, env).takeFor(JSON.stringify({ ...intake, isDirect: true }));
}
