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
}

export type Ask = (request: Request) => Promise<Answer>;

/** Requests of one attempt: all of them together have its time. Redirects are answers. */
export function asking(check: AddressCheck): Ask {
  const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
  return async ({ method, url, headers = {}, body }) => {
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
      const text = await beginningOf(response, MAX_ANSWER_BYTES);
      return { status, retryAfter: response.headers.get("retry-after"), text };
    } catch {
      if (signal.aborted) {
        throw new NoAnswer(`It did not answer within ${ATTEMPT_TIMEOUT_MS / 1_000} seconds.`);
      }
      throw new NoAnswer("It could not be reached.");
    }
  };
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
