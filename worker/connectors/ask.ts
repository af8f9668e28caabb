import type { AddressCheck } from "../destination-address.ts";
import type { Answer } from "../domain/webhooks/answers.ts";
import { ATTEMPT_TIMEOUT_MS, MAX_ANSWER_BYTES } from "../domain/webhooks/delivery-limits.ts";

/** An attempt that came to no answer. Its message holds nothing of what was sent, or to where. */
export class NoAnswer extends Error {}

interface Request {
  readonly method: "GET" | "POST" | "PATCH";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the answer; what is behind is not read. */
  readonly maxBytes?: number;
}

export type Ask = (request: Request) => Promise<Answer>;

/** Requests of one attempt, which have its time together. Redirects are answers. */
export async function withAsking<T>(check: AddressCheck, attempt: (ask: Ask) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  // Not AbortSignal.timeout(): as long as that runs it keeps the object in memory.
  const timer = setTimeout(() => timeout.abort(), ATTEMPT_TIMEOUT_MS);
  try {
    return await attempt((request) => askOnce(check, request, timeout.signal));
  } finally {
    clearTimeout(timer);
  }
}

async function askOnce(
  check: AddressCheck,
  { method, url, headers = {}, body, maxBytes = MAX_ANSWER_BYTES }: Request,
  signal: AbortSignal,
): Promise<Answer> {
  if (check(url) !== undefined) {
    throw new NoAnswer("Its address is not one that requests may go to: set another url.");
  }
  try {
    const response = await fetch(url, {
      method,
      headers: { "user-agent": "Afterglow", ...headers },
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body }),
    });
    const { status } = response;
    const text = await beginningOf(response, maxBytes);
    return { status, retryAfter: response.headers.get("retry-after"), text };
  } catch {
    if (signal.aborted) {
      throw new NoAnswer(`It did not answer within ${ATTEMPT_TIMEOUT_MS / 1_000} seconds.`);
    }
    throw new NoAnswer("It could not be reached.");
  }
}

/** The rest is not read. */
async function beginningOf({ body }: Response, maxBytes: number): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder();
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  let text = "";
  for (let length = 0; length < maxBytes;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value.subarray(0, maxBytes - length), { stream: true });
    length += value.length;
  }
  await reader.cancel();
  return text;
}
