import { make, makeMarked } from "./dom.ts";
import { formatNumber, formatPoints } from "./text.ts";
import type { ExplainLine, Score } from "./types.ts";

/** A cap and the rule it caps may carry the same rule id, so the kind belongs to the key. */
function keyOf(line: ExplainLine): string {
  return `${line.kind}:${line.rule}`;
}

function renderLine(line: ExplainLine, changed: boolean): HTMLLIElement {
  const item = make("li", "ag-panel-reason");
  item.dataset["rule"] = line.rule;
  item.dataset["points"] = String(line.points);
  if (line.points < 0) item.classList.add("is-negative");
  if (changed) item.classList.add("is-changed");
  const label = make("span", "ag-panel-label", line.label);
  if (line.times !== undefined && line.times > 1) {
    label.append(" ", make("span", "ag-panel-times", `\u00d7\u2009${line.times}`));
  }
  item.append(label, make("span", "ag-panel-points", formatPoints(line.points)));
  return item;
}

/** Why the score is what it is: lines that add up to it, the weightiest first. */
export class ReasonList {
  readonly element: HTMLElement;
  readonly #list: HTMLUListElement;
  readonly #total: HTMLElement;
  readonly #sum: HTMLElement;
  readonly #note: HTMLElement;
  #previous: Map<string, number> | null = null;

  constructor() {
    this.element = make("section", "ag-panel-section");
    this.#list = makeMarked("ul", "ag-panel-reasons", "reasons");
    this.#sum = make("span", "ag-panel-points");
    this.#total = make("p", "ag-panel-total");
    this.#total.append(make("span", "ag-panel-label", "Total"), this.#sum);
    this.#note = make("p", "ag-panel-note", "Reasons appear with the first score.");
    this.element.append(
      make("h2", "ag-panel-heading", "Why this score"),
      this.#list,
      this.#total,
      this.#note,
    );
    this.clear();
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#total.hidden = true;
    this.#note.hidden = false;
  }

  show(score: Score): void {
    const lines = [...(score.explain ?? [])].sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
    const before = this.#previous;
    this.#list.replaceChildren(
      ...lines.map((line) => renderLine(line, before !== null && before.get(keyOf(line)) !== line.points)),
    );
    this.#previous = new Map(lines.map((line) => [keyOf(line), line.points]));
    this.#sum.textContent = formatNumber(score.score);
    this.#total.hidden = false;
    this.#note.hidden = true;
  }
}
