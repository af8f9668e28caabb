import type { Issue } from "../shared/scoring/issue.ts";
import { ERRORS } from "./error-texts.ts";
import { CORS } from "./middleware/cors.ts";

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** In place of the code's own message, where more can be said. */
  readonly message?: string;
  readonly issues?: readonly Issue[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether what it refuses is counted already, event by event. */
  readonly isCounted?: boolean;
}

/** Thrown by routes, turned into an answer in one place. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? ERRORS[code].message);
    this.code = code;
    this.details = details;
  }
}

/** `{"code","message"}`, as it stands in an error body, and where one of many things is refused. */
export function errorOf(code: ErrorCode): { readonly code: ErrorCode; readonly message: string } {
  return { code, message: ERRORS[code].message };
}

export function statusOf(code: ErrorCode): number {
  return ERRORS[code].status;
}

/** What a code means; `undefined` where there is no such code. */
export function messageOf(code: string): string | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].message : undefined;
}

export function errorResponse(code: ErrorCode, details: ErrorDetails = {}): Response {
  const { issues, message = ERRORS[code].message } = details;
  const { status } = ERRORS[code];
  const headers = new Headers({ ...CORS, "cache-control": "no-store", ...details.headers });
  if (status === 503) headers.set("retry-after", "5");
  return Response.json({ error: { code, message, ...(issues ? { issues } : {}) } }, { status, headers });
}
