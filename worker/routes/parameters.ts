import { type Day, dayOf, LAST_DAY, parseTime } from "../../shared/day.ts";
import type { Ref } from "../../shared/event.ts";
import { MAX_ID_CHARS } from "../../shared/limits.ts";
import { show } from "../../shared/scoring/show.ts";
import { ApiError, errorOf } from "../errors.ts";

/** The contact of an address. Throws `invalid_ref`. */
export function refOf(text: string): Ref {
  const ref = parseRef(text);
  if (!ref) throw new ApiError("invalid_ref");
  return ref;
}

/** `undefined` where the text addresses no contact. */
export function parseRef(text: string): Ref | undefined {
  const id = /^(?:user|anon):(.+)$/s.exec(text)?.[1];
  return id && id.length <= MAX_ID_CHARS ? (text as Ref) : undefined;
}

/** The day of an `at`; absent it is today. Throws `invalid_at`. */
export function dayOfQuery(at: unknown): Day {
  const time = at === undefined ? Date.now() : parseTime(at);
  if (time === undefined || dayOf(time) > LAST_DAY) throw new ApiError("invalid_at");
  return dayOf(time);
}

/** The model of an address. Throws `invalid_model_id`. */
export function modelIdOf(text: string): string {
  if (isModelId(text)) return text;
  const trimmed = text.trim();
  const isNear = trimmed !== text && isModelId(trimmed);
  const { message } = errorOf("invalid_model_id");
  throw new ApiError("invalid_model_id", {
    message: isNear
      ? `${show(text)} begins or ends with a space; did you mean ${show(trimmed)}? ${message}`
      : `${show(text)} is no id of a model. ${message}`,
  });
}

/** Not what every object has: where models are kept by their id that would be no model. */
function isModelId(text: string): boolean {
  return MODEL_ID.test(text) && !(text in {});
}

const MODEL_ID = /^[a-z0-9_-]{1,64}$/i;

/** A version's number. Throws `invalid_request`. */
export function versionOf(name: string, value: unknown): number {
  const version = typeof value === "string" ? Number(value) : value;
  if (typeof version === "number" && Number.isSafeInteger(version) && version > 0) return version;
  throw new ApiError("invalid_request", { message: `"${name}" is the number of a version, such as 2.` });
}

/** An optional text of a query. Throws `invalid_request` where it is too long. */
export function textOf(name: string, value: string | undefined, maxChars: number): string | undefined {
  if (value === undefined || value.trim() === "") return undefined;
  if (value.length <= maxChars) return value.trim();
  throw new ApiError("invalid_request", { message: `"${name}" has at most ${maxChars} characters.` });
}
