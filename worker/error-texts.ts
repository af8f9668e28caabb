import { MAX_BODY_MS, MAX_ID_CHARS } from "../shared/limits.ts";
import { MAX_MODEL_BYTES } from "../shared/scoring/model-limits.ts";
import { MAX_WATCHERS } from "./domain/index/index-limits.ts";
import { MAX_IMPORT_BYTES } from "./domain/inout/import-limits.ts";
import { MAX_FULL_MODEL_CHARS, MAX_MODELS, MAX_PREVIEW_CONTACTS } from "./domain/model-limits.ts";
import { MAX_CONTEXT_BYTES } from "./domain/ofrep-request.ts";
import { MAX_KEYS, MAX_SITES } from "./domain/site-limits.ts";
import { MAX_DESTINATIONS } from "./domain/webhooks/delivery-limits.ts";

/** What a request can be refused for. The message says what to change. */
export const ERRORS = {
  invalid_json: { status: 400, message: "The body is not JSON. Send one JSON object, in UTF-8." },
  invalid_batch: { status: 400, message: 'The body has no batch. Send {"batch": [ … ]}, a list of events.' },
  invalid_gzip: {
    status: 400,
    message:
      "The body begins like gzip but cannot be unpacked. Send it whole, in one piece of gzip with nothing behind it, or as plain JSON.",
  },
  invalid_query: { status: 400, message: "The address asks for something that cannot be listed." },
  websocket_required: {
    status: 426,
    message:
      "This is streamed over a WebSocket: ask for it with one, such as new WebSocket(address, protocols).",
  },
  invalid_cursor: {
    status: 400,
    message:
      'This "cursor" was not given to this list. Take it from the answer before, and ask for the same otherwise.',
  },
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
  unknown_key: {
    status: 401,
    message: "This key is not one of the site's. Send Authorization: Bearer and the site's secret key.",
  },
  origin_not_allowed: { status: 403, message: "The write key is not for pages of this origin." },
  main_key_required: {
    status: 403,
    message: "Only the main site's secret key makes and deletes sites.",
  },
  invalid_site: { status: 400, message: "This cannot be taken: see issues." },
  unknown_site: {
    status: 404,
    message: "There is no site with this id, or it is another one than this key's own.",
  },
  unknown_kid: {
    status: 404,
    message: "The site has no such key in use. GET /v1/sites/{id} names those that there are by their kid.",
  },
  unknown_jwt_kid: {
    status: 409,
    message:
      "A key for tokens that is named by its kid alone stays as it is stored, and none is stored under this kid. Send " +
      'it whole: {"kid": …, "alg": "HS256", "secret": …}, or "EdDSA" and "publicKey".',
  },
  hubspot_incomplete: {
    status: 409,
    message:
      'A connection to HubSpot needs "clientSecret" and "token" (of an app of your account), and the token again where "url" is changed.',
  },
  hubspot_not_connected: {
    status: 404,
    message:
      'This site is not connected to HubSpot: PATCH /v1/sites/{id} {"settings": {"hubspot": {"clientSecret": "…", "token": "pat-…"}}}.',
  },
  invalid_signature: {
    status: 401,
    message:
      "X-HubSpot-Signature-v3 is not what the site's client secret makes of this request, or X-HubSpot-Request-Timestamp is more " +
      'than five minutes off. Where a proxy changes the address, say in "targetUrl" how HubSpot has it.',
  },
  invalid_notices: {
    status: 400,
    message: "The body wants a list of events, as HubSpot's webhooks send it.",
  },
  hubspot_unavailable: {
    status: 503,
    message:
      "HubSpot could not be asked who these events are about. Send them again: what is counted is known.",
  },
  unknown_source: {
    status: 404,
    message:
      "No contact of this name was merged into this one: GET /v1/contacts/{ref} lists in merged which were.",
  },
  invalid_split: {
    status: 400,
    message: 'Say which contact gets its facts back: {"source": "anon:<anonymousId>"}, or "user:<userId>".',
  },
  site_exists: {
    status: 409,
    message: "There is, or was, a site with this id, and none is given twice. Choose another one.",
  },
  site_has_contacts: {
    status: 409,
    message:
      "The site has contacts. Send DELETE with ?contacts=keep if nobody is to reach them any more: they stay stored, " +
      "and no later site gets this id.",
  },
  main_site: { status: 409, message: "The main site stays: it is the one that administers the others." },
  last_secret_key: {
    status: 409,
    message:
      "This is the site's last secret key that does not expire. Make another one first: " +
      'POST /v1/sites/{id}/keys {"kind":"secret"}.',
  },
  environment_key: {
    status: 409,
    message:
      "This key stands in the deployment's environment. To replace it make a signed one (POST /v1/sites/main/keys), " +
      "move to that, and then set WRITE_KEY or SECRET_KEY to something else.",
  },
  too_many_sites: { status: 409, message: `A deployment has at most ${MAX_SITES} sites. Delete one first.` },
  too_many_keys: { status: 409, message: `A site has at most ${MAX_KEYS} keys in use. Revoke one first.` },
  signing_key_missing: {
    status: 409,
    message:
      "Keys are signed, and there is nothing to sign them with. Set the secret SIGNING_KEY of the deployment to 32 random " +
      "bytes (openssl rand -base64 32 | wrangler secret put SIGNING_KEY), and keep it.",
  },
  missing_visitor: {
    status: 400,
    message: `Say whose score: add ?anonymousId= with the visitor's own id (1 to ${MAX_ID_CHARS} characters).`,
  },
  missing_targeting_key: {
    status: 400,
    message:
      'Say whose flags: {"context": {"targetingKey": "user:<userId>"}}, or "anon:<anonymousId>". With the write key it may ' +
      "be left out where the page is on the collector's own host and has its cookie.",
  },
  invalid_context: {
    status: 400,
    message: 'The targetingKey is a contact: "user:<userId>" or "anon:<anonymousId>".',
  },
  context_too_large: {
    status: 413,
    message: `An evaluation context has at most ${MAX_CONTEXT_BYTES} bytes. Send the targetingKey alone: nothing else is read.`,
  },
  unknown_flag: {
    status: 404,
    message:
      'There is no such flag. There are "band", "score", "grade" and "cell" of the default model, and "<model>.band" and so ' +
      "on of each one.",
  },
  unknown_contact: { status: 404, message: "No contact with this id has been seen." },
  unknown_model: { status: 404, message: "There is no model with this id." },
  unknown_version: { status: 404, message: "No such version of this model is kept." },
  unknown_preset: { status: 404, message: "There is no preset with this id; GET /v1/presets lists them." },
  invalid_webhook: { status: 400, message: "This destination cannot be taken: see issues." },
  unknown_webhook: {
    status: 404,
    message: "There is no destination with this id; GET /v1/webhooks lists them.",
  },
  unknown_delivery: {
    status: 404,
    message: "No such delivery is kept of this destination; GET /v1/webhooks/{id}/deliveries lists them.",
  },
  too_many_webhooks: {
    status: 409,
    message: `A site has at most ${MAX_DESTINATIONS} destinations. Delete one first.`,
  },
  webhook_disabled: {
    status: 409,
    message:
      'The destination is off, or was disabled: GET /v1/webhooks/{id} says why. Mend that, and send PATCH {"enabled": true} first.',
  },
  no_signing_secret: {
    status: 409,
    message: 'Only destinations of type "webhook" have a secret that signs. Change others by PATCH.',
  },
  invalid_request: { status: 400, message: "The request cannot be understood." },
  invalid_model_id: {
    status: 400,
    message:
      'The id of a model is 1 to 64 letters (a to z, A to Z), digits, "-" or "_", such as "product-fit". Models are ' +
      "saved by PUT /v1/models/{id}.",
  },
  invalid_adjustment: { status: 400, message: "The adjustment cannot be taken." },
  cleared_by_reset: {
    status: 409,
    message: "A reset clears everything dated up to and including its day. Date the adjustment after it.",
  },
  invalid_model: { status: 422, message: "This is not a model, and nothing of it is used: see issues." },
  last_model: { status: 409, message: "This is the site's last model. Create another one first." },
  too_many_models: {
    status: 409,
    message: `A site has at most ${MAX_MODELS} models. Delete one first; its versions are kept.`,
  },
  precondition_required: {
    status: 428,
    message:
      'Say which version this changes, so that nobody\'s work is lost: send If-Match: "<version>" (the ETag of ' +
      "GET /v1/models/{id}), or If-None-Match: * to create a model.",
  },
  precondition_failed: { status: 412, message: "The model is not as the request expects." },
  method_not_allowed: { status: 405, message: "This address is there for other methods: see Allow." },
  not_found: {
    status: 404,
    message:
      "Nothing is served at this address. Events go to POST /v1/batch, without a slash behind it; a contact is read at /v1/contacts/{ref}, URL-encoded.",
  },
  unreadable_body: {
    status: 400,
    message: "The body broke off or is not framed as HTTP wants it. Send it again.",
  },
  body_too_slow: {
    status: 408,
    message: `The body did not come within ${MAX_BODY_MS / 1_000} seconds. Send it again, in smaller parts where the line is slow.`,
  },
  model_too_large: {
    status: 413,
    message: `A model has at most ${MAX_MODEL_BYTES} bytes. Keep long lists of values in a trait instead.`,
  },
  model_too_long: {
    status: 413,
    message:
      `Written out in full this model has more than ${MAX_FULL_MODEL_CHARS} characters, the most that is kept. The ` +
      "decay of a group is written to each of its rules: say it in fewer steps.",
  },
  too_many_previews: {
    status: 413,
    message: `A preview is about at most ${MAX_PREVIEW_CONTACTS} contacts. Ask about fewer at a time.`,
  },
  too_many_events: { status: 413, message: "A batch holds at most 5000 events. Send smaller batches." },
  too_many_contacts: { status: 413, message: "A batch is about at most 500 contacts. Send smaller batches." },
  too_large: {
    status: 413,
    message: "The body is larger than 524288 bytes (unpacked). Send smaller batches.",
  },
  invalid_import: { status: 400, message: "Nothing of this file can be read." },
  import_too_large: {
    status: 413,
    message: `An import takes at most ${MAX_IMPORT_BYTES} bytes a request. Send the file in parts, each of CSV with the header.`,
  },
  rate_limited: {
    status: 429,
    message: "Too much at once. Send the same request again after the time in Retry-After.",
  },
  too_many_live_contacts: {
    status: 503,
    message:
      "More contacts are active than this collector has open files and memory for. Send the same request again a little " +
      "later; whoever runs it raises the limit of open files (ulimit -n) before its start.",
  },
  too_many_watchers: {
    status: 503,
    message:
      `A site's contacts are watched by at most ${MAX_WATCHERS} at a time. Close those that nobody looks at, or try again later; ` +
      "one of your own servers can watch for many.",
  },
  unavailable: {
    status: 503,
    message:
      "The site's data could not be read or written just now. Send the same request again: an event is counted once by " +
      "its messageId, an adjustment by its Idempotency-Key, and a model is changed once by If-Match.",
  },
} as const;
