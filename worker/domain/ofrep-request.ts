import { isObject } from "../../shared/page-context.ts";

/** Bytes of an evaluation context, unpacked. Of all that an application puts into it only the `targetingKey` is read. */
export const MAX_CONTEXT_BYTES = 65_536;

/** Whom an evaluation is about, or in OFREP's words why nobody can say. */
export type TargetReading =
  | { readonly key: string | undefined }
  | { readonly problem: "invalid_json" | "invalid_context"; readonly message: string };

/** Reads `{"context": {"targetingKey": …}}`. A key that is missing, `null` or empty is none. */
export function readTarget(body: unknown): TargetReading {
  if (!isObject(body)) return { problem: "invalid_json", message: `The body is no JSON object. ${SEND}` };
  const context = body.context ?? {};
  if (!isObject(context)) {
    return { problem: "invalid_context", message: `"context" is no JSON object. ${SEND}` };
  }
  const key = context.targetingKey ?? "";
  if (typeof key !== "string") {
    return { problem: "invalid_context", message: `"targetingKey" is no text. ${SEND}` };
  }
  return { key: key === "" ? undefined : key };
}

const SEND = 'Send {"context": {"targetingKey": "user:<userId>"}}, or "anon:<anonymousId>".';
