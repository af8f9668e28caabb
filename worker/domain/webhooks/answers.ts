import { type Outcome, retryAfterOf } from "./schedule.ts";

/** What a receiver has answered, as far as it was read. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** What an answer means by the Standard Webhooks spec: anything but 2xx is a failure, and most are tried again. */
export function outcomeOf(answer: Answer, now: number): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) {
    return { kind: "gone", error: "It answered 410: it wants nothing any more." };
  }
  if (status >= 300 && status < 400) {
    const error = `It answered ${status}, a redirect, and none is followed: set "url" to where it leads.`;
    return { kind: "retry", error, isOfDestination: false };
  }
  return failure(`It answered ${status}.`, answer, now);
}

/** A failure that is tried again; one of the destination's own where it has too much to do, or is broken. */
export function failure(error: string, { status, retryAfter }: Answer, now: number): Outcome {
  const isOfDestination = status === 408 || status === 429 || status >= 500;
  const retryAfterMs = isOfDestination ? retryAfterOf(retryAfter, now) : undefined;
  return { kind: "retry", error, isOfDestination, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** What stands at a path of a JSON answer; `undefined` where that is not there, or the answer is no JSON. */
export function fieldOf(text: string, ...path: readonly (string | number)[]): unknown {
  try {
    return path.reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Readonly<Record<string | number, unknown>>)[key]
          : undefined,
      JSON.parse(text),
    );
  } catch {
    return undefined;
  }
}

/** A code such as `INVALID_FIELD`; not a message, which could tell of a contact. */
export function codeOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(value) ? value : undefined;
}
