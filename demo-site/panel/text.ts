import type { NextChange, WireEvent } from "./types.ts";

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

/** When the band changes by itself; another change, such as of a cell, the panel does not show. */
export function describeNextChange(change: NextChange | null | undefined, band: string | null): string {
  if (!change || change.band === undefined || change.band === band) return "";
  const day = change.at.slice(0, 10);
  return `${change.band ?? "no band"} from ${day} if nothing happens`;
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
