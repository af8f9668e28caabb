import { parseTime } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { MAX_PROPERTY_CHARS } from "../../shared/limits.ts";
import { isObject } from "../../shared/page-context.ts";
import { SCORE_ADJUSTED, SCORE_RESET } from "../../shared/reserved-events.ts";
import type { Issue } from "../../shared/scoring/issue.ts";
import { MAX_POINTS } from "../../shared/scoring/model-limits.ts";
import type { ModelsInUse } from "./models-in-use.ts";
import { unknownKeys } from "./unknown-keys.ts";

/** `add` points to a score, or `reset` it. */
export type ByHand = "add" | "reset";

export type ReadByHand =
  | { readonly ok: true; readonly event: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Reads the body of an adjustment or a reset into the event that it is stored as, or says everything that is
 * missing or wrong. A model or axis that there is not would silently do nothing, so it is told, too.
 */
export function readByHand(kind: ByHand, ref: Ref, body: unknown, models: ModelsInUse): ReadByHand {
  if (!isObject(body)) return { ok: false, issues: [{ path: "", message: "Send one JSON object." }] };
  const issues: Issue[] = unknownKeys(body, [...KEYS, ...(kind === "add" ? ["points"] : [])]);
  const note = (path: string, message: string) => void issues.push({ path, message });

  const { points, at } = body;
  const isPoints = typeof points === "number" && points !== 0 && Math.abs(points) <= MAX_POINTS;
  if (kind === "add" && !isPoints) {
    note("points", `"points" is a number between -${MAX_POINTS} and ${MAX_POINTS}, and not 0.`);
  }
  for (const [name, example] of [
    ["reason", "met at the fair"],
    ["author", "ann"],
  ] as const) {
    if (!isText(body[name])) note(name, `${wants(name)}, such as "${example}".`);
  }
  for (const name of ["axis", "model"]) {
    if (body[name] !== undefined && !isText(body[name])) note(name, `${wants(name)}, or is left out.`);
  }
  if (at !== undefined && parseTime(at) === undefined) {
    note("at", '"at" is an ISO 8601 date or date-time, such as 2026-11-23, or is left out.');
  }
  if (issues.length === 0) issues.push(...unknownNames(body.model, body.axis, models));
  if (issues.length > 0) return { ok: false, issues };

  const { axis, model, reason, author } = body;
  const properties = { axis, model, reason, author, ...(kind === "add" ? { value: points } : {}) };
  const id = ref.slice(ref.indexOf(":") + 1);
  const whose = ref.startsWith("user:") ? { userId: id } : { anonymousId: id };
  const event = kind === "add" ? SCORE_ADJUSTED : SCORE_RESET;
  return { ok: true, event: { type: "track", event, ...whose, properties, timestamp: at } };
}

const KEYS = ["axis", "model", "reason", "author", "at"];

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= MAX_PROPERTY_CHARS;
}

function wants(name: string): string {
  return `"${name}" is a text of 1 to ${MAX_PROPERTY_CHARS} characters`;
}

function unknownNames(model: unknown, axis: unknown, models: ModelsInUse): Issue[] {
  const ids = typeof model === "string" ? [model] : models.order;
  const found = ids.flatMap((id) => models.find(id) ?? []);
  if (typeof model === "string" && found.length === 0) {
    return [{ path: "model", message: `There is no model "${model}"; there are ${inWords(models.order)}.` }];
  }
  const axes = new Set(found.flatMap((each) => Object.keys(each.full.axes)));
  if (typeof axis !== "string" || axes.has(axis)) return [];
  return [{ path: "axis", message: `There is no axis "${axis}"; there are ${inWords([...axes])}.` }];
}

function inWords(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
