import type { NextChange, Score, WireEvent } from "./types.ts";

const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3, useGrouping: false });
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A number with a real minus sign, at most three decimals, and never "-0". */
export function formatNumber(value: number): string {
  const text = plain.format(value).replace("-", "\u2212");
  return text === "\u22120" ? "0" : text;
}

export function formatPoints(points: number): string {
  const text = formatNumber(points);
  return points > 0 && text !== "0" ? `+${text}` : text;
}

export function formatTime(timestamp: string): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? "" : clock.format(date);
}

/** What changes by itself first. */
export function describeNextChange(change: NextChange | null | undefined, now: Score): string {
  if (!change) return "";
  const day = change.at.slice(0, 10);
  const what = [
    change.band === now.band ? "" : (change.band ?? "no band"),
    change.grade === now.grade ? "" : `grade ${change.grade}`,
    change.cell === now.cell ? "" : cellOf(change),
  ].filter((part) => part !== "");
  return `${what.join(", ")} from ${day} if nothing happens`;
}

function cellOf({ cell, cellName }: { cell?: string; cellName?: string }): string {
  return cellName === undefined ? (cell ?? "") : `${cell} (${cellName})`;
}

/** Partial scores, where there is more than one, and the grade and the cell, where the model has them. */
export function describeParts(score: Score): string {
  const { axes, grade } = score;
  const cell = cellOf(score);
  const partial = Object.entries(axes);
  const sums = partial.length > 1 ? partial.map(([name, points]) => `${name} ${formatNumber(points)}`) : [];
  return [...sums, ...(grade ? [`grade ${grade}`] : []), ...(cell ? [cell] : [])].join(" · ");
}

function property(event: WireEvent, name: string): string {
  const value = event.properties?.[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function join(what: string, where: string): string {
  return where === "" ? what : `${what} · ${where}`;
}

function engaged(event: WireEvent): string {
  const ms = Number(event.properties?.["active_ms"]);
  if (!Number.isFinite(ms)) return "Engaged";
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `Engaged ${seconds} s` : `Engaged ${Math.round(seconds / 60)} min`;
}

/** What kind of event it is, in one word or the event's own name. */
export function eventName(event: WireEvent): string {
  return event.type === "track" ? (event.event ?? "track") : event.type;
}

/** One line that a visitor understands: what happened, and where. */
export function describeEvent(event: WireEvent): string {
  const path = property(event, "path");
  const form = property(event, "form");
  const name = eventName(event);
  switch (name) {
    case "page":
      return join("Page visited", path);
    case "identify":
      return "Identified";
    case "Page Engaged":
      return join(engaged(event), path);
    case "Form Started":
      return join("Form started", form);
    case "Form Submitted":
      return join("Form submitted", form);
    case "Form Abandoned":
      return join("Form abandoned", form);
    default:
      return join(name, path);
  }
}
