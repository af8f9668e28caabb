import { make, makeMarked, prefersLessMotion } from "./dom.ts";
import { describeNextChange, describeParts, formatNumber, formatPoints } from "./text.ts";
import type { Score } from "./types.ts";

/** The score with its band: the one part that is visible open and collapsed. */
export class ScoreHead {
  readonly element: HTMLElement;
  readonly toggle: HTMLButtonElement;
  readonly #score: HTMLElement;
  readonly #band: HTMLElement;
  readonly #delta: HTMLElement;
  readonly #parts: HTMLElement;
  readonly #next: HTMLElement;
  #value: number | null = null;

  constructor(bodyId: string) {
    this.element = make("div", "ag-panel-head");
    this.#score = makeMarked("span", "ag-panel-score", "score");
    this.#band = makeMarked("span", "ag-panel-band", "band");
    this.#delta = make("span", "ag-panel-delta");
    this.#delta.setAttribute("aria-hidden", "true");
    this.#parts = makeMarked("p", "ag-panel-next", "parts");
    this.#parts.hidden = true;
    this.#next = make("p", "ag-panel-next");

    const live = make("p", "ag-panel-live");
    live.setAttribute("aria-live", "polite");
    live.setAttribute("aria-atomic", "true");
    live.append(make("span", "ag-panel-hidden", "Your score: "), this.#score);

    const figures = make("div", "ag-panel-figures");
    figures.append(live, this.#delta, this.#band);

    this.toggle = makeMarked("button", "ag-panel-toggle", "toggle");
    this.toggle.type = "button";
    this.toggle.setAttribute("aria-controls", bodyId);

    this.element.append(
      make("p", "ag-panel-title", "What Afterglow sees"),
      figures,
      this.#parts,
      this.#next,
      this.toggle,
    );
    this.clear();
  }

  clear(): void {
    this.#value = null;
    this.#score.textContent = "\u2013";
    this.#band.textContent = "new";
    this.#band.dataset["band"] = "";
    this.#parts.hidden = true;
    this.#next.textContent = "Nothing is known of this visit yet.";
  }

  show(score: Score): void {
    const before = this.#value;
    this.#value = score.score;
    const text = formatNumber(score.score);
    if (this.#score.textContent !== text) this.#score.textContent = text;
    this.#band.textContent = score.band ?? "no band";
    this.#band.dataset["band"] = (score.band ?? "").toLowerCase();
    const parts = score.excluded ? "" : describeParts(score);
    this.#parts.textContent = parts;
    this.#parts.hidden = parts === "";
    this.#next.textContent = score.excluded
      ? `Not scored: ${score.excluded}`
      : describeNextChange(score.nextChange, score);
    if (before !== null && before !== score.score) this.#announce(score.score - before);
  }

  #announce(change: number): void {
    this.#delta.textContent = formatPoints(change);
    const still = prefersLessMotion();
    this.#delta.animate(
      [
        { opacity: 0, transform: still ? "none" : "translateY(0.4em)" },
        { opacity: 1, transform: "none", offset: 0.12 },
        { opacity: 1, transform: "none", offset: 0.75 },
        { opacity: 0, transform: still ? "none" : "translateY(-0.4em)" },
      ],
      { duration: 2400, easing: "ease-out" },
    );
    if (still) return;
    this.#score.animate(
      [{ transform: "scale(1)" }, { transform: "scale(1.12)", offset: 0.3 }, { transform: "scale(1)" }],
      { duration: 520, easing: "ease-out" },
    );
  }
}
