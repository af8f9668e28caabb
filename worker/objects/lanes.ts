/**
 * Work that is done in lanes, one thing after the other in each, and all lanes beside each other: one that is slow holds
 * up nobody else.
 */
export class Lanes {
  readonly #due: () => readonly string[];
  readonly #next: (lane: string) => Promise<boolean>;
  readonly #running = new Map<string, Promise<void>>();
  #wake: (() => void) | undefined;

  /** `due` names the lanes that have something to do; `next` does one thing, and tells whether there was any. */
  constructor(due: () => readonly string[], next: (lane: string) => Promise<boolean>) {
    this.#due = due;
    this.#next = next;
  }

  /** Whether it is running; it looks again for what is due then, as soon as it is told that there is more. */
  wake(): boolean {
    this.#wake?.();
    return this.#wake !== undefined;
  }

  /**
   * Until nothing is due, or, as far as it has not begun, until a time. Tells whether a lane came to grief: nothing more
   * is done in that then.
   */
  async run(until: number): Promise<boolean> {
    const broken = new Set<string>();
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        for (const lane of this.#due()) {
          if (this.#running.has(lane) || broken.has(lane) || Date.now() >= until) continue;
          this.#running.set(lane, this.#work(lane, until, broken));
        }
        if (this.#running.size === 0) return broken.size > 0;
        await Promise.race([...this.#running.values(), woken]);
      }
    } finally {
      this.#wake = undefined;
    }
  }

  async #work(lane: string, until: number, broken: Set<string>): Promise<void> {
    try {
      while (Date.now() < until && (await this.#next(lane)));
    } catch (problem) {
      console.error("Deliveries to one destination have come to grief, and are taken up again.", problem);
      broken.add(lane);
    } finally {
      this.#running.delete(lane);
    }
  }
}
