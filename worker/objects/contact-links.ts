import type { Ref } from "../../shared/event.ts";
import { MAX_MERGE_RETRY_MS, MERGE_RETRY_MS } from "../domain/identity-limits.ts";
import {
  absorb,
  absorbedWith,
  cameWith,
  type Handover,
  type Links,
  type MergeOutcome,
  type MergeRefusal,
  movedAway,
  released,
  stanceOn,
  unlinked,
} from "../domain/links.ts";
import { objectsOf } from "../site-objects.ts";
import type { Registration } from "./directory.ts";
import type {
  Absorption,
  LinksHost,
  MergeRequest,
  Return,
  SplitOutcome,
  SplitRequest,
} from "./links-messages.ts";

/**
 * Merges of a contact into another one, and back. Two objects take part, and either may end at any moment: so each step
 * is written down before the next is taken, each is the same when it is taken again, and the contact whose turn it is
 * arms its alarm. The one that is merged drives: it writes its intent; the directory decides; the other takes the facts in,
 * remembering which merge that was; then this one lets go of them. A split is the same from the other side.
 */
export class ContactLinks {
  readonly #host: LinksHost;
  /** `null` where there are none. */
  #links: Links | null | undefined;
  /** One merge or split at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #retryMs = MERGE_RETRY_MS;

  constructor(host: LinksHost) {
    this.#host = host;
  }

  /** As stored; `undefined` for most contacts. */
  get current(): Links | undefined {
    if (this.#links === undefined) this.#links = this.#host.moves.links() ?? null;
    return this.#links ?? undefined;
  }

  /** Whether facts that come now belong elsewhere, or will before the next step. */
  get isLeaving(): boolean {
    const links = this.current;
    return links?.moving !== undefined || links?.moved !== undefined;
  }

  /** Whether a merge or a split has been begun and is not finished. */
  get isBusy(): boolean {
    const links = this.current;
    return links?.moving !== undefined || links?.returning !== undefined;
  }

  /** What is in memory is not what is on disk any more. */
  forget(): void {
    this.#links = undefined;
  }

  /** Where the contact's facts are; finishes a merge first. `undefined` where they are here. */
  async home(): Promise<Ref | undefined> {
    if (this.current?.moving) await this.settle();
    return this.current?.moved?.to;
  }

  /** Whether the facts of a source are taken in here. */
  stanceOn(own: Ref, source: Ref): "own" | "returning" | "unknown" {
    return stanceOn(this.current, own, source);
  }

  /** Finishes what has been begun. */
  async settle(): Promise<void> {
    if (this.isBusy) await this.#alone(async () => undefined);
  }

  /** What is due when the alarm goes off. Never rejects: what fails is tried again later. */
  async resume(): Promise<void> {
    try {
      await this.settle();
      this.#retryMs = MERGE_RETRY_MS;
    } catch (problem) {
      console.error(problem);
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_MERGE_RETRY_MS);
      this.#host.arm(Date.now() + this.#retryMs);
    }
  }

  async merge(request: MergeRequest): Promise<MergeOutcome> {
    const { site, ref, into, known } = request;
    if (ref === into) return "same";
    const outcome = await this.#alone(async () => {
      const { moved } = this.current ?? {};
      if (moved) return moved.to === into ? "same" : undefined;
      const { isEntered, deletedAt } = await this.#host.enter(site, ref, Date.now(), true);
      if (!isEntered) return "deleted_contact";
      const links = this.current ?? unlinked(site, ref, deletedAt);
      this.#write({ ...links, moving: { to: into, id: crypto.randomUUID() } });
      return this.#move();
    });
    if (outcome !== undefined) return outcome;
    const objects = objectsOf(this.#host.env, site);
    const directory = objects.directory();
    if ((await directory.root(ref)) === (await directory.root(into))) return "same";
    const home = this.current?.moved?.to;
    if (!known) return "already_merged";
    return home ? objects.contact(home).merge({ ...request, ref: home }) : this.merge(request);
  }

  /** Takes in what another contact hands over; the same again changes nothing. Takes JSON text. */
  async absorb(text: string): Promise<"done" | MergeRefusal> {
    const given = JSON.parse(text) as Absorption;
    // Without waiting for what goes on here: it may wait for this answer.
    if (this.#knows(given)) return "done";
    return this.#alone(async () => {
      const { site, to, under } = given;
      const objects = objectsOf(this.#host.env, site);
      const home = this.current?.moved?.to;
      if (home) return objects.contact(home).absorb(JSON.stringify({ ...given, to: home }));
      if (this.#knows(given)) return "done";
      const { isEntered, deletedAt } = await this.#enterFor(given);
      if (!isEntered) return "deleted_contact";
      // The way to it was another one a moment ago. Again, it comes to where it belongs.
      if (under !== to && !this.current?.absorbed[under]) throw new Error("it has been split, or is gone");
      const links = absorb(this.current ?? unlinked(site, to, deletedAt), given);
      if (typeof links === "string") return links;
      this.#change(() => this.#host.moves.adopt(given, links, Date.now()));
      await this.#host.settled();
      return "done";
    });
  }

  /** Before it takes another one in, as long as the directory knows of that merge: neither has been deleted since. */
  async #enterFor({ site, from, to, id }: Handover): Promise<Registration> {
    for (;;) {
      const generation = this.#host.generation();
      const isMerged = await objectsOf(this.#host.env, site).directory().isMerged(from, id);
      if (!isMerged) return { isEntered: false };
      // The directory has decided it, so it was asked for after what may have been deleted.
      const entered = await this.#host.enter(site, to, Infinity, true);
      if (generation === this.#host.generation()) return entered;
    }
  }

  /** Gives a contact that was merged into this one its facts back. */
  async split(request: SplitRequest): Promise<SplitOutcome> {
    const { site, ref, source } = request;
    const home = await this.home();
    if (home)
      return objectsOf(this.#host.env, site)
        .contact(home)
        .split({ ...request, ref: home });
    const found = await this.#alone(async () => {
      await this.#host.enter(site, ref, Date.now(), false);
      const links = this.current;
      const own = links?.absorbed[source];
      if (!links || !own || links.moved) {
        const isDone = links?.returned !== undefined && source === links.ref;
        return isDone || links?.undone?.some(([each]) => each === source) ? "already" : "unknown_source";
      }
      this.#write({ ...links, returning: { source, id: own.id } });
      await this.#giveBack();
      return "split";
    });
    return found === "unknown_source" && this.current?.moved ? this.split(request) : found;
  }

  /** Takes back what this contact had handed over; the same again changes nothing. Takes JSON text. */
  async takeBack(text: string): Promise<void> {
    const { site, ref, id, absorbed, ...parcel } = JSON.parse(text) as Return;
    if (this.current?.moving?.id === id) await this.settle();
    await this.#host.learn(site);
    const isDone = ({ returned, moved }: Links) => returned === id || (moved && moved.id !== id);
    if (isDone(this.current ?? unlinked(site, ref))) return;
    const generation = this.#host.generation();
    const isMerged = await objectsOf(this.#host.env, site).directory().isMerged(ref, id);
    // Deleted, with the contact that gives it back.
    if (!isMerged || generation !== this.#host.generation()) return;
    const links = this.current ?? unlinked(site, ref);
    if (isDone(links)) return;
    const revision = Math.max(parcel.revision, links.moved?.revision ?? 0);
    const { moved: _, ...rest } = links;
    const next = { ...rest, absorbed: { ...links.absorbed, ...absorbed }, returned: id };
    this.#change(() => this.#host.moves.adopt({ ...parcel, revision }, next, Date.now()));
    await this.#host.settled();
  }

  /** The contact that this one was merged into by a merge is purged: nothing is left of this one, either. */
  async letGo(merge: string): Promise<void> {
    if (this.current?.moved?.id === merge) await this.#host.deleteRows();
  }

  /** Where nobody knows of a merge any more, as when the other contact was deleted: begins anew. */
  async leaveHome(merge: string | undefined): Promise<void> {
    const { moved, ...rest } = this.current ?? {};
    if (!moved || moved.id !== merge || !("site" in rest)) return;
    await objectsOf(this.#host.env, rest.site).directory().unalias(rest.ref, moved.id);
    if (this.current?.moved?.id === merge) this.#write(rest);
  }

  #knows({ from, id }: Handover): boolean {
    const links = this.current;
    return (
      links?.absorbed[from]?.id === id ||
      links?.undone?.some(([ref, undone]) => ref === from && undone === id) === true
    );
  }

  /** Written down: hands over, and lets go when the other contact has it on disk. */
  async #move(): Promise<MergeOutcome> {
    const { moving, ...links } = this.current ?? {};
    if (!moving || !("site" in links)) return "same";
    const { site, ref, absorbed } = links;
    const { to, id } = moving;
    const objects = objectsOf(this.#host.env, site);
    // Only a deletion ends it from outside; nothing is written after that.
    const isOn = () => this.current?.moving?.id === id;
    const decided = await objects.directory().alias({ site, ref, target: to, merge: id });
    if (!isOn()) return "deleted_contact";
    if (decided !== "done") {
      this.#write(links);
      return decided;
    }
    const parcel = this.#host.moves.parcel();
    const handover: Handover = { site, from: ref, to, id, under: to, at: Date.now(), absorbed };
    const answer = await objects.contact(to).absorb(JSON.stringify({ ...handover, ...parcel }));
    if (answer !== "done") {
      await objects.directory().unalias(ref, id);
      if (isOn()) this.#write(links);
      return answer;
    }
    if (!isOn()) return "deleted_contact";
    const deletedAt = links.deletedAt ?? this.#host.load()?.deletedBefore?.deletedAt;
    const left = { ...links, moving, ...(deletedAt === undefined ? {} : { deletedAt }) };
    this.#change(() => this.#host.moves.leave(movedAway(left, parcel.revision)));
    await this.#host.left(site);
    return "merged";
  }

  /** Written down: gives back, and lets go when the other contact has it on disk. */
  async #giveBack(): Promise<void> {
    const links = this.current;
    if (!links?.returning) return;
    const { source, id } = links.returning;
    const { site } = links;
    const sources = cameWith(links, source);
    const given: Return = {
      site,
      ref: source,
      id,
      absorbed: absorbedWith(links, source),
      ...this.#host.moves.parcel(sources),
    };
    const objects = objectsOf(this.#host.env, site);
    await objects.contact(source).takeBack(JSON.stringify(given));
    await objects.directory().unalias(source, id);
    // Deleted meanwhile.
    if (this.current?.returning?.id !== id) return;
    this.#change(() => this.#host.moves.release(sources, released(links)));
    await this.#host.settled();
  }

  /** After all that was begun before, and after that is finished. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(async () => {
      if (this.current?.returning) await this.#giveBack();
      if (this.current?.moving) await this.#move();
      return work();
    });
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Writes an intent, and an alarm with it, which finds nothing to do when all has gone well; or that there is none. */
  #write(links: Links): void {
    this.#links = undefined;
    this.#host.moves.save(links);
    if (links.moving || links.returning) this.#host.arm(Date.now() + this.#retryMs);
  }

  /** Changes rows: what is in memory is not what is on disk then, whether or not that succeeds. */
  #change(work: () => void): void {
    this.#links = undefined;
    this.#host.forget();
    work();
  }
}
