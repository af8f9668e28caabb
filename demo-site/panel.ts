import { make } from "./panel/dom.ts";
import { EventList } from "./panel/events.ts";
import { ScoreHead } from "./panel/head.ts";
import { ReasonList } from "./panel/reasons.ts";
import { findReader, isNotice } from "./panel/types.ts";
import type { ReadScore, Score } from "./panel/types.ts";

const BODY_ID = "ag-panel-body";
const STATE_KEY = "ag-panel";
const POLL_MS = 250;
const POLL_FOR_MS = 20_000;
const SETTLE_MS = 150;
const REFRESH_MS = 30_000;

function readOpen(): boolean {
  try {
    const kept = sessionStorage.getItem(STATE_KEY);
    if (kept !== null) return kept === "open";
  } catch {
    // Storage is blocked: the default will do.
  }
  return window.matchMedia("(min-width: 80rem)").matches;
}

function keepOpen(open: boolean): void {
  try {
    sessionStorage.setItem(STATE_KEY, open ? "open" : "closed");
  } catch {
    // Storage is blocked: the choice lasts for this page only.
  }
}

function mountPanel(): void {
  const head = new ScoreHead(BODY_ID);
  const reasons = new ReasonList();
  const events = new EventList();

  const body = make("div", "ag-panel-body");
  body.id = BODY_ID;
  body.append(reasons.element, events.element);

  const panel = make("aside", "ag-panel");
  panel.setAttribute("aria-label", "What Afterglow sees of your visit");
  panel.append(head.element, body);

  const setOpen = (open: boolean): void => {
    panel.classList.toggle("is-open", open);
    body.hidden = !open;
    head.toggle.setAttribute("aria-expanded", String(open));
    head.toggle.setAttribute("aria-label", open ? "Hide the details" : "Show what Afterglow sees");
  };
  let open = readOpen();
  setOpen(open);
  head.toggle.addEventListener("click", () => {
    open = !open;
    setOpen(open);
    keepOpen(open);
  });

  const show = (score: Score | null): void => {
    if (score === null) {
      head.clear();
      reasons.clear();
    } else {
      head.show(score);
      reasons.show(score);
    }
  };

  // Answers may overtake each other: only the latest question's answer counts.
  let asked = 0;
  const refresh = (): void => {
    const read: ReadScore | null = findReader(window as { afterglow?: unknown });
    if (read === null) return;
    asked += 1;
    const question = asked;
    const answer = async (): Promise<void> => {
      try {
        const score = await read();
        if (question === asked) show(score);
      } catch {
        // The last score stays on show; the next refresh asks again.
      }
    };
    void answer();
  };

  let settling: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("afterglow", (raised) => {
    const notice: unknown = raised instanceof CustomEvent ? raised.detail : null;
    if (!isNotice(notice)) return;
    events.apply(notice);
    if (notice.type !== "acked") return;
    clearTimeout(settling);
    settling = setTimeout(refresh, SETTLE_MS);
  });

  const started = Date.now();
  const waitForTracker = (): void => {
    if (findReader(window as { afterglow?: unknown }) !== null) refresh();
    else if (Date.now() - started < POLL_FOR_MS) setTimeout(waitForTracker, POLL_MS);
  };
  waitForTracker();

  setInterval(() => {
    if (document.visibilityState === "visible") refresh();
  }, REFRESH_MS);

  // The panel listens from the head on, so that it misses no event; it is shown when there is a body.
  const mount = (): void => document.body.append(panel);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount, { once: true });
  else mount();
}

mountPanel();
