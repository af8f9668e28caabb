import { exports } from "cloudflare:workers";

import type { TestSite } from "./people.ts";

const worker = (exports as unknown as { readonly default: Fetcher }).default;

/** A part of a file as a stream, so that it comes without a length and in pieces. */
export function streamed(pieces: Iterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left = pieces[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const next = left.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
}

interface Told {
  readonly line: number;
  readonly column?: string;
  readonly reason?: string;
  readonly message: string;
}

export interface Report {
  readonly done: boolean;
  readonly import?: string;
  readonly line: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly errors: readonly Told[];
  readonly warnings: readonly Told[];
  readonly columns?: { readonly traits: readonly string[]; readonly ignored: readonly string[] };
  readonly problem?: { readonly code: string; readonly message: string };
  readonly error?: { readonly code: string; readonly message: string };
}

/** Sends a file; all that is answered, and the last of it. */
export async function importFile(
  { secretKey }: Pick<TestSite, "secretKey">,
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  query = "",
  headers: Record<string, string> = {},
) {
  const response = await worker.fetch(`http://collector/v1/contacts/import${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secretKey}`, ...headers },
    body,
  });
  // It is text, whatever its type: the runtime warns where that does not say so.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const steps = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
  const last = steps.at(-1);
  if (!last) throw new Error(text);
  return { status: response.status, headers: response.headers, steps, last };
}

export async function exportFile(
  { secretKey }: Pick<TestSite, "secretKey">,
  query = "",
  headers: Record<string, string> = {},
) {
  const response = await worker.fetch(`http://collector/v1/contacts/export${query}`, {
    headers: { authorization: `Bearer ${secretKey}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    text: new TextDecoder().decode(await response.arrayBuffer()),
  };
}
