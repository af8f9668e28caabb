import { dayOf, type Day } from "../../shared/day.ts";
import { MAX_EVENT_AGE_MS } from "../../shared/limits.ts";
import { agendaOf, retryAt } from "../domain/agenda.ts";
import { firstKeptDay, type Keeping } from "../domain/keeping.ts";
import type { ContactState, Intake } from "../domain/ledger.ts";
import type { SiteId } from "../domain/site.ts";
import type { Env } from "../env.ts";
import { currentKeeping } from "../live-sites.ts";

/** Until the settings can be asked for. */
const UNKNOWN: Keeping = { retentionDays: null, purgeIdleVisitorsAfterDays: null };

const SOON_MS = 60_000;

/** What is done with a contact when it is due. */
interface Keepable {
  open(): Promise<ContactState | undefined>;
  /** Lets go of what is dated before a day. */
  trim(state: ContactState, before: Day, now: number): void;
  purge(state: ContactState, now: number): Promise<void>;
  /** What was written halfway is loaded again. */
  forget(): void;
  /** Whether others have been merged into it. */
  hasOthers(): boolean;
}

/** What a contact's object knows of how long the contact is kept: its site's settings, and its one alarm. */
export class ContactKeeping {
  readonly #storage: DurableObjectStorage;
  readonly #env: Env;
  #known: Keeping | undefined;
  /** `null` for none; `undefined` where it has not been asked for. */
  #alarmAt: number | null | undefined;
  #isRinging = false;
  /** The settings for which the alarm was looked at. */
  #armedFor: Keeping | undefined;

  constructor(storage: DurableObjectStorage, env: Env) {
    this.#storage = storage;
    this.#env = env;
  }

  /** What the settings say, as far as that is known. */
  get known(): Keeping | undefined {
    return this.#known;
  }

  /** When the alarm goes off, in milliseconds; `undefined` where there is none, or it is not known. */
  get alarmAt(): number | undefined {
    return this.#alarmAt ?? undefined;
  }

  /**
   * Finds out what the settings say, and whether there is an alarm. Tells whether the settings were others before. Never
   * rejects because of the settings.
   */
  async learn(site: SiteId): Promise<boolean> {
    if (this.#alarmAt === undefined) {
      const at = await this.#storage.getAlarm();
      // Somebody else may have set it meanwhile.
      this.#alarmAt ??= at;
    }
    const found = currentKeeping(this.#env, site);
    // While it is asked for, what is known will do.
    const keeping = found instanceof Promise ? (this.#known ?? (await found)) : found;
    if (!keeping || keeping === this.#known) return false;
    const hasChanged = this.#known !== undefined;
    this.#known = keeping;
    return hasChanged;
  }

  /** Sees to the alarm once for each time that the contact is loaded or its site is changed, and not with each beacon. */
  armFor(state: ContactState, { events, receivedAt }: Pick<Intake, "events" | "receivedAt">): void {
    const { retentionDays } = this.#known ?? UNKNOWN;
    const isOld = retentionDays !== null && events.some(({ at }) => at < receivedAt - MAX_EVENT_AGE_MS);
    const isArmed = this.#known && this.#known === this.#armedFor && typeof this.#alarmAt === "number";
    if (isArmed && !isOld) return;
    this.#armedFor = this.#known;
    // Not at once: more of a batch's days may be on their way.
    this.arm(Math.max(agendaOf(state, this.#known ?? UNKNOWN, receivedAt).at, Date.now() + SOON_MS));
  }

  /**
   * What the alarm does, which is off by now, and arms the next. Never rejects, as an alarm that has failed six times is gone: what cannot be
   * done is tried again, later each time. Tells whether all was done.
   */
  async doDue(contact: Keepable, now: number): Promise<boolean> {
    let due = 0;
    try {
      let state = await contact.open();
      while (state) {
        if (!this.#known) throw new Error("The site's settings are not known.");
        const agenda = agendaOf(state, this.#known, now, contact.hasOthers());
        if (agenda.due === undefined) {
          this.arm(agenda.at);
          return true;
        }
        due = agenda.at;
        if (agenda.due === "delete") await contact.purge(state, now);
        else contact.trim(state, firstKeptDay(this.#known, dayOf(now)), now);
        state = await contact.open();
      }
      return true;
    } catch (problem) {
      console.error("What was due for a contact could not be done, and is tried again.", problem);
      contact.forget();
      this.arm(retryAt(due, now));
      return false;
    }
  }

  /**
   * Moves the alarm only earlier. It is set together with what is written next, or not at all; while it is going off, when all is done: should
   * that be broken off, the runtime lets it go off again.
   */
  arm(at: number): void {
    if (typeof this.#alarmAt === "number" && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    if (!this.#isRinging) void this.#storage.setAlarm(at);
  }

  /** Whether the alarm is going off. */
  get isRinging(): boolean {
    return this.#isRinging;
  }

  /** Does what the alarm is for, and then sets the next: one row, however many want one. */
  async ring(work: () => Promise<void>): Promise<void> {
    this.disarm();
    this.#isRinging = true;
    try {
      await work();
    } finally {
      this.#isRinging = false;
      if (typeof this.#alarmAt === "number") await this.#storage.setAlarm(this.#alarmAt);
    }
  }

  /** The alarm has gone off, or has been deleted. */
  disarm(): void {
    this.#alarmAt = null;
    this.#armedFor = undefined;
  }
}
