import { ApiError, type ErrorCode, errorOf, statusOf } from "../errors.ts";
import { CORS } from "../middleware/cors.ts";

type OfrepCode = "PARSE_ERROR" | "TARGETING_KEY_MISSING" | "INVALID_CONTEXT" | "FLAG_NOT_FOUND" | "GENERAL";

const OFREP_CODES: Partial<Record<ErrorCode, OfrepCode>> = {
  invalid_json: "PARSE_ERROR",
  invalid_gzip: "PARSE_ERROR",
  unreadable_body: "PARSE_ERROR",
  body_too_slow: "PARSE_ERROR",
  context_too_large: "INVALID_CONTEXT",
  invalid_context: "INVALID_CONTEXT",
  missing_targeting_key: "TARGETING_KEY_MISSING",
  unknown_flag: "FLAG_NOT_FOUND",
};

/** Those that OFREP has a meaning for: any other is to a provider an answer that it cannot read. */
const OFREP_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 429]);

/** Of our own faults. Without an `errorCode`, as the protocol has it: with one, providers would not use what they have kept. */
const FAULT = 500;
const RETRY_AFTER_S = 5;

/** A refusal in OFREP's words; `key` is the flag that was asked for, absent where all were. */
export function ofrepError(problem: unknown, key: string | undefined): Response {
  if (!(problem instanceof ApiError)) console.error(problem);
  const { code, details } =
    problem instanceof ApiError ? problem : ({ code: "unavailable", details: {} } as const);
  const errorDetails = details.message ?? errorOf(code).message;
  const headers = { ...CORS, "cache-control": "no-store", ...details.headers };
  const own = statusOf(code);
  if (own >= FAULT) {
    const retry = { "retry-after": String(RETRY_AFTER_S) };
    return Response.json({ errorDetails }, { status: FAULT, headers: { ...headers, ...retry } });
  }
  const errorCode = OFREP_CODES[code] ?? "GENERAL";
  const status = OFREP_STATUSES.has(own) ? own : 400;
  return Response.json(
    { ...(key === undefined ? {} : { key }), errorCode, errorDetails },
    { status, headers },
  );
}
