import { CORS } from "./middleware/cors.ts";

/** What a request can be refused for. The message says what to change. */
const ERRORS = {
  invalid_json: { status: 400, message: "The body is not JSON. Send one JSON object, in UTF-8." },
  invalid_batch: { status: 400, message: 'The body has no batch. Send {"batch": [ … ]}, a list of events.' },
  invalid_gzip: { status: 400, message: "The body looks like gzip but cannot be unpacked." },
  invalid_ref: {
    status: 400,
    message: "A contact is addressed as user:<userId> or anon:<anonymousId>, URL-encoded.",
  },
  invalid_at: { status: 400, message: '"at" is an ISO 8601 date or date-time, such as 2026-11-23.' },
  invalid_key: {
    status: 401,
    message: "No valid key. Send the site's write key or secret key as Basic user name, Bearer, or writeKey.",
  },
  secret_key_required: {
    status: 401,
    message: "This needs the secret key: Authorization: Bearer SECRET_KEY.",
  },
  missing_visitor: { status: 400, message: "Say whose score: add ?anonymousId= with the visitor's own id." },
  unknown_contact: { status: 404, message: "No contact with this id has been seen." },
  unknown_model: { status: 404, message: "There is no model with this id." },
  not_found: { status: 404, message: "Nothing is served at this address." },
  unreadable_body: {
    status: 400,
    message: "The body broke off or is not framed as HTTP wants it. Send it again.",
  },
  too_many_events: { status: 413, message: "A batch holds at most 5000 events. Send smaller batches." },
  too_many_contacts: { status: 413, message: "A batch is about at most 500 contacts. Send smaller batches." },
  too_large: {
    status: 413,
    message: "The body is larger than 524288 bytes (unpacked). Send smaller batches.",
  },
  unavailable: {
    status: 503,
    message:
      "A contact could not be read or written. Send the same batch again: what was counted is not counted twice.",
  },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Thrown by routes, turned into an answer in one place. */
export class ApiError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode) {
    super(ERRORS[code].message);
    this.code = code;
  }
}

export function errorResponse(code: ErrorCode): Response {
  const { status, message } = ERRORS[code];
  const headers = new Headers({ ...CORS, "cache-control": "no-store" });
  if (status === 503) headers.set("retry-after", "5");
  return Response.json({ error: { code, message } }, { status, headers });
}
