import { make, makeMarked } from "./dom.ts";
import { describeEvent, eventName, formatTime } from "./text.ts";
import type { Notice, WireEvent } from "./types.ts";

type State = "waiting" | "sent" | "acked" | "failed" | "rejected";

interface Row {
  item: HTMLLIElement;
  time: HTMLTimeElement;
  text: HTMLElement;
  status: HTMLElement;
  state: State;
}

const SHOWN = 12;

function statusText(state: State, reason: string): string {
  switch (state) {
    case "waiting":
      return "waiting";
    case "sent":
      return "sent";
    case "acked":
      return "acknowledged";
    case "failed":
      return "kept, will be sent again";
    case "rejected":
      return reason === "" ? "refused" : `refused: ${reason}`;
  }
}

/** The list of events, newest first, each moving from waiting to acknowledged. */
export class EventList {
  readonly element: HTMLElement;
  readonly #list: HTMLUListElement;
  readonly #empty: HTMLElement;
  readonly #rows = new Map<string, Row>();

  constructor() {
    this.element = make("section", "ag-panel-section");
    this.#list = makeMarked("ul", "ag-panel-events", "events");
    this.#empty = make("p", "ag-panel-note", "Nothing has left this page yet.");
    this.element.append(make("h2", "ag-panel-heading", "Sent from this page"), this.#empty, this.#list);
  }

  apply(notice: Notice): void {
    switch (notice.type) {
      case "queued":
        this.#queued(notice.event);
        return;
      case "sent":
      case "acked":
        for (const id of notice.ids) this.#move(id, notice.type, "");
        return;
      case "failed":
      case "rejected":
        for (const id of notice.ids) this.#move(id, notice.type, notice.reason);
        return;
    }
  }

  #queued(event: WireEvent): void {
    const row = this.#rows.get(event.messageId) ?? this.#add(event.messageId);
    row.item.dataset["event"] = eventName(event);
    row.time.dateTime = event.timestamp;
    row.time.textContent = formatTime(event.timestamp);
    row.text.textContent = describeEvent(event);
  }

  #move(id: string, state: State, reason: string): void {
    const row = this.#rows.get(id) ?? this.#earlier(id);
    // Acknowledged and refused are final: a late "sent" or "failed" of another attempt says nothing.
    if (row.state === "acked" || row.state === "rejected") return;
    this.#show(row, state, reason);
  }

  /** An event whose start this list did not see: kept from the page before, or from before the list ran. */
  #earlier(id: string): Row {
    const row = this.#add(id);
    row.item.dataset["event"] = "earlier";
    row.text.textContent = "From the page before";
    return row;
  }

  #add(id: string): Row {
    const item = make("li", "ag-panel-event");
    const time = make("time", "ag-panel-time");
    const text = make("span", "ag-panel-what");
    const status = make("span", "ag-panel-status");
    item.append(time, text, status);
    const row: Row = { item, time, text, status, state: "waiting" };
    this.#show(row, "waiting", "");
    this.#rows.set(id, row);
    this.#list.prepend(item);
    this.#empty.hidden = true;
    this.#trim();
    return row;
  }

  #show(row: Row, state: State, reason: string): void {
    row.state = state;
    row.item.dataset["state"] = state;
    row.status.textContent = statusText(state, reason);
  }

  #trim(): void {
    for (const [id, row] of this.#rows) {
      if (this.#rows.size <= SHOWN) return;
      row.item.remove();
      this.#rows.delete(id);
    }
  }
}
