/** What a page of the faults' site has beside its tag. */
export interface PageKit {
  /** Sets the page's clock ahead to its next timer, but by so much at most, and runs the timer. Answers by how much. */
  toNextTimer(mostMs: number): number;
  /** Whether the tag has sent something and waits for the answer. */
  isWaiting(): boolean;
}

/**
 * Gives a page a clock that can be set ahead: dates and timers go by it, and otherwise as ever. It runs before the
 * tag, as text in the page, so that it works in every engine and sees nothing of this file.
 */
export function installPageKit(wrongByMs: number): void {
  interface Timer {
    due: number;
    readonly everyMs: number | undefined;
    readonly run: () => void;
    native: number;
  }
  const NativeDate = Date;
  const setNative = window.setTimeout.bind(window);
  const clearNative = window.clearTimeout.bind(window);
  const sinceStart = performance.now.bind(performance);
  const timers = new Map<number, Timer>();
  let lastId = 0;
  let passedMs = 0;
  let isWaiting = false;
  const now = () => NativeDate.now() + wrongByMs + passedMs;

  function arm(id: number, timer: Timer): void {
    clearNative(timer.native);
    timer.native = setNative(() => fire(id, timer), timer.due - now());
  }

  function fire(id: number, timer: Timer): void {
    if (timer.everyMs === undefined) clear(id);
    else {
      timer.due += timer.everyMs;
      arm(id, timer);
    }
    timer.run();
  }

  function clear(id: number | undefined): void {
    const timer = timers.get(id ?? 0);
    if (timer) clearNative(timer.native);
    timers.delete(id ?? 0);
  }

  function set(run: () => void, ms: number, everyMs?: number): number {
    const timer: Timer = { due: now() + ms, everyMs, run, native: 0 };
    lastId += 1;
    timers.set(lastId, timer);
    arm(lastId, timer);
    return lastId;
  }

  class PageDate extends NativeDate {
    constructor(...args: readonly unknown[]) {
      if (args.length === 0) super(now());
      else super(...(args as [number]));
    }
    static override now(): number {
      return now();
    }
  }

  document.addEventListener("afterglow", (event) => {
    const { type } = (event as CustomEvent<{ type: string }>).detail;
    if (type === "sent") isWaiting = true;
    if (type === "acked" || type === "failed") isWaiting = false;
  });
  const pageKit: PageKit = {
    toNextTimer(mostMs) {
      const [next] = [...timers].sort(([, a], [, b]) => a.due - b.due);
      const stepMs = Math.min(mostMs, Math.max(0, (next?.[1].due ?? Infinity) - now()));
      passedMs += stepMs;
      for (const [id, timer] of timers) arm(id, timer);
      if (next && next[1].due <= now()) fire(...next);
      return stepMs;
    },
    isWaiting: () => isWaiting,
  };
  performance.now = () => sinceStart() + passedMs;
  Object.assign(window, {
    pageKit,
    Date: PageDate,
    setTimeout: (run: (...all: unknown[]) => void, ms = 0, ...args: unknown[]) => set(() => run(...args), ms),
    setInterval: (run: (...all: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      set(() => run(...args), ms, ms),
    clearTimeout: clear,
    clearInterval: clear,
  });
}
