/** An answer as JSON text, or why there is none. */
export type Reading =
  | { readonly text: string; readonly etag?: string }
  | { readonly problem: "unknown_contact" | "unknown_model" };

export const UNKNOWN_CONTACT = { problem: "unknown_contact" } as const;
/** An answer of another object, let go of at once: an object lives too long to leave that to its end. */
export function copied(reading: Reading & Disposable): Reading {
  using own = reading;
  return "text" in own
    ? { text: own.text, ...(own.etag === undefined ? {} : { etag: own.etag }) }
    : { problem: own.problem };
}

export const UNKNOWN_MODEL = { problem: "unknown_model" } as const;

/** With a signed snapshot of the day. It may be signed anew while the score stays the same: the tag is of the score. */
export function withToken({ text, etag }: { text: string; etag: string }, token: string): Reading {
  return { text: `${text.slice(0, -1)},"token":${JSON.stringify(token)}}`, etag: `${etag.slice(0, -1)}.t"` };
}
