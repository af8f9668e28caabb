import { dayOf } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { BY_HAND } from "../../shared/reserved-events.ts";
import { parseSignalKey } from "../../shared/signal.ts";
import type { IngestAnswer } from "../../shared/wire.ts";
import type { Stands } from "../domain/band-marks.ts";
import { firstKeptDay } from "../domain/keeping.ts";
import { type ContactState, type Intake, newContact, refuseAll, takeIn } from "../domain/ledger.ts";
import type { ModelsInUse } from "../domain/models-in-use.ts";
import type { SiteId } from "../domain/site.ts";
import type { Viewer } from "../domain/viewer.ts";
import { payFor, visitorWait, waitOf, waitText } from "../domain/visitor-limit.ts";
import type { Env } from "../env.ts";
import { currentModels } from "../live-models.ts";
import { objectsOf } from "../site-objects.ts";
import type { ContactKeeping } from "./contact-keeping.ts";
import type { ContactLinks } from "./contact-links.ts";
import type { ContactSnapshots } from "./contact-snapshots.ts";
import type { ContactStanding } from "./contact-standing.ts";
import type { Registration } from "./directory.ts";
import { orNone, type RefusedMerge, withHome, withSnapshot, withWarnings } from "./intake-answer.ts";

/** What a contact lends to what comes for it. */
interface Host {
  readonly env: Env;
  /** The number of its object. */
  readonly object: string;
  readonly links: ContactLinks;
  readonly keeping: ContactKeeping;
  load(): ContactState | undefined;
  readonly standing: ContactStanding;
  readonly snapshots: ContactSnapshots;
  forget(): void;
  enter(site: SiteId, ref: Ref, newestAt: number, mayBegin: boolean): Promise<Registration>;
  /** Who is reading, as far as that is so here. */
  seenBy(state: ContactState, viewer: Viewer): Viewer;
}

/** Events that come for a contact: counted here, or handed on to where it has been merged into. */
export class ContactIntake {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** See `Contact`. */
  async ingest(intakeJson: string): Promise<string> {
    const intake = JSON.parse(intakeJson) as Intake;
    const refused = intake.merges ? await this.#mergeAsked(intake) : [];
    const answer = await this.#take(intake);
    if (answer === "unknown") throw new Error(`nobody takes events of ${intake.source}`);
    return refused.length === 0 || waitOf(answer) > 0 ? answer : withWarnings(answer, refused);
  }

  /** Events of a contact that has been merged into this one, as it hands them on; `unknown` where it has not. */
  async takeFor(intakeJson: string): Promise<string> {
    const { ref } = this.#host.links.current ?? {};
    return ref === undefined ? "unknown" : this.#take({ ...(JSON.parse(intakeJson) as Intake), ref });
  }

  async #take(intake: Intake): Promise<string> {
    const { site, ref, source, events } = intake;
    const newestAt = Math.max(...events.map(({ at }) => at));
    // Before anything is looked at: nothing may come between that and the count.
    const asked = orNone(currentModels(this.#host.env, site));
    const models = asked instanceof Promise ? await asked : asked;
    for (;;) {
      const home = this.#host.links.isLeaving ? await this.#host.links.home() : undefined;
      if (home !== undefined) {
        const merge = this.#host.links.current?.moved?.id;
        const answer = await objectsOf(this.#host.env, site).contact(home).takeFor(this.#handedOn(intake));
        if (answer !== "unknown" || source !== ref) return answer;
        // It has its facts back by now, or its home is gone.
        await this.#host.links.leaveHome(merge);
        continue;
      }
      const { isEntered, deletedAt } = await this.#host.enter(site, ref, newestAt, source === ref);
      // Meanwhile it may have been merged.
      if (this.#host.links.isLeaving) continue;
      const stance = this.#host.links.stanceOn(ref, source);
      if (stance === "unknown" || (!isEntered && source !== ref)) return "unknown";
      if (!isEntered) return JSON.stringify({ success: true, ...refuseAll(intake) });
      if (stance === "own") return this.#count(intake, models, deletedAt);
      await this.#host.links.settle();
    }
  }

  /** With what only this contact knows of its own source. */
  #handedOn(intake: Intake): string {
    const { deletedAt } = this.#host.links.current ?? {};
    const isOwn = deletedAt !== undefined && intake.source === intake.ref;
    return JSON.stringify(isOwn ? { ...intake, deletedBefore: { deletedAt } } : intake);
  }

  async #count(
    intake: Intake,
    models: ModelsInUse | undefined,
    deletedAt: number | undefined,
  ): Promise<string> {
    const { site, ref, receivedAt } = intake;
    const state = this.#host.load() ?? newContact(site, ref, dayOf(receivedAt), deletedAt);
    const wait = visitorWait(state, intake);
    if (wait > 0) return waitText(wait);
    let answer: IngestAnswer;
    let stands: Stands | undefined;
    try {
      const before = this.#host.standing.before(state, models, receivedAt);
      const { known } = this.#host.keeping;
      const result = takeIn(state, intake, known && firstKeptDay(known, dayOf(receivedAt)));
      if (result.accepted > 0) {
        delete state.isUnlisted;
        payFor(state, intake, result.accepted);
        this.#host.keeping.armFor(state, intake);
        const isByHand = intake.events.some(({ signal }) => BY_HAND.has(parseSignalKey(signal).name));
        stands = this.#host.standing.save(state, models, receivedAt, isByHand ? "manual" : "event", before);
      }
      answer = { success: true, ...result };
    } catch (problem) {
      this.#host.forget();
      throw problem;
    }
    if (intake.source !== ref && intake.wantsScore && !intake.isDirect) {
      answer = await withHome(answer, this.#host.env, intake, this.#host.object);
    }
    const viewer = this.#host.seenBy(state, { source: intake.source, user: intake.verified });
    const model = intake.wantsScore ? models?.find(undefined) : undefined;
    if (model) {
      answer = withSnapshot(answer, state, viewer, model, dayOf(receivedAt), stands?.get(model.id));
    }
    const isSigned = model && models && intake.wantsToken;
    const token = isSigned
      ? await this.#host.snapshots.token(state, viewer, models, dayOf(receivedAt), stands)
      : undefined;
    // Last, so that it is found in the text without reading all of it.
    return JSON.stringify(token === undefined ? answer : { ...answer, token });
  }

  /** Does what a batch says of who its sender is, and tells of what is not done. */
  async #mergeAsked({ site, ref, merges = [] }: Intake) {
    const refused: RefusedMerge[] = [];
    for (const { into, index } of merges) {
      const outcome = await this.#host.links.merge({ site, ref, into, known: false });
      if (outcome !== "merged" && outcome !== "same") refused.push({ index, outcome });
    }
    return refused;
  }
}
