import type { Board } from "../domain/index/board.ts";
import { type Person, whoOf } from "../domain/index/entry.ts";
import { PULLED_FOR_A_READER } from "../domain/index/index-limits.ts";
import { asksWho, type IndexQuery } from "../domain/index/query.ts";
import type { IndexPulls } from "./index-pulls.ts";
import type { SealedPersons } from "./sealed-persons.ts";

/** What a shard lends. */
interface Host {
  board(): Board;
  readonly pulls: () => IndexPulls;
  readonly persons: () => SealedPersons;
}

/** What a reader waits for: contacts that have said something of themselves that is in no row yet are asked first. */
export class IndexAsking {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Asks contacts of which it is not known for sure what the question wants to know; not more than a reader waits for. Tells of how many it is
   * still not known who they are, where the question is about that.
   */
  async makeSure(query: IndexQuery): Promise<number> {
    const [board, pulls, persons] = [this.#host.board(), this.#host.pulls(), this.#host.persons()];
    const isAboutWho = asksWho(query);
    if (isAboutWho) await persons.openAll();
    const asked = new Set(board.unsure());
    for (const object of pulls.waiting()) {
      const isNeeded = isAboutWho && !this.#isCurrent(object, persons.get(object));
      if (isNeeded || !board.known(object)) asked.add(object);
    }
    const now = [...asked].slice(0, PULLED_FOR_A_READER);
    await pulls.pull(now);
    if (!isAboutWho) return 0;
    const unknown = now.filter((object) => board.known(object) && !persons.get(object));
    return unknown.length + asked.size - now.length;
  }

  /** What is known of a contact by now; what was known before where it cannot be asked. */
  async personOf(object: string): Promise<Person | undefined> {
    await this.askWho([object]);
    return this.#host.persons().find(object);
  }

  /** Asks those of whom it is not known who they are, or who have said something else of that since. */
  async askWho(objects: readonly string[]): Promise<void> {
    const asked: string[] = [];
    for (const object of objects) {
      const person = await this.#host.persons().find(object);
      if (!this.#isCurrent(object, person)) asked.push(object);
    }
    await this.#host.pulls().pull(asked);
  }

  #isCurrent(object: string, person: Person | undefined): boolean {
    if (!person || !this.#host.pulls().isWaiting(object)) return person !== undefined;
    return this.#host.board().known(object)?.who === whoOf(person);
  }
}
