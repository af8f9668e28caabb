import { MAX_BODY_BYTES } from "../../shared/limits.ts";
import { ApiError, type ErrorCode } from "../errors.ts";

/** The most bytes of a body, unpacked, and what a larger one is refused for. */
export interface BodyLimit {
  readonly bytes: number;
  readonly code: ErrorCode;
}

const BATCH_LIMIT: BodyLimit = { bytes: MAX_BODY_BYTES, code: "too_large" };

/**
 * Reads a body as JSON, whatever its content type says, see {@link readText} and {@link parseJson}. Of a batch there
 * may be 512 KB.
 */
export async function readJson(request: Request, limit = BATCH_LIMIT): Promise<unknown> {
  return parseJson(await readText(request, limit));
}

/**
 * Reads a body as text; unpacks gzip, told by its header or its first bytes. Stops at the limit, also while unpacking.
 * Throws the limit's code, `unreadable_body`, `invalid_gzip`, or `invalid_json` where there is no body.
 */
export async function readText(request: Request, limit: BodyLimit): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > limit.bytes) {
    await discard(request.body);
    throw new ApiError(limit.code);
  }
  if (!request.body) throw new ApiError("invalid_json");
  const hasLength = request.headers.has("content-length");
  let bytes: Uint8Array;
  try {
    bytes = hasLength ? new Uint8Array(await request.arrayBuffer()) : await readAtMost(request.body, limit);
  } catch (problem) {
    throw problem instanceof ApiError ? problem : new ApiError("unreadable_body");
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await gunzip(bytes, limit);
  return decoder.decode(bytes);
}

/** Throws `invalid_json`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new ApiError("invalid_json", { message: whereBroken(problem) });
  }
}

/** Where the text stops being JSON, as far as the engine says; not what stands there. */
function whereBroken(problem: unknown): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(String(problem)) ?? [];
  const where = line === undefined ? "" : ` The mistake is in line ${line}, at or before column ${column}.`;
  return `The body is not JSON. Send one JSON object, in UTF-8.${where}`;
}

/** Bytes that are no UTF-8 become U+FFFD; JSON around them stays readable. */
const decoder = new TextDecoder();

async function gunzip(bytes: Uint8Array, limit: BodyLimit): Promise<Uint8Array> {
  const packed = new Response(bytes).body;
  if (!packed) throw new ApiError("invalid_gzip");
  try {
    return await readAtMost(packed.pipeThrough(new DecompressionStream("gzip")), limit);
  } catch (problem) {
    throw problem instanceof ApiError ? problem : new ApiError("invalid_gzip");
  }
}

/** A refused body is read on so far, so that its sender gets to read why; a larger one is cut off. */
const MAX_DISCARDED_BYTES = 8 * 1024 * 1024;

/** A sender whose connection ends while it still sends sees a broken pipe, and never the answer. */
async function discard(body: ReadableStream<Uint8Array> | null): Promise<void> {
  let length = 0;
  try {
    for await (const chunk of body ?? []) {
      length += chunk.length;
      if (length > MAX_DISCARDED_BYTES) return;
    }
  } catch {
    // It broke off by itself: nobody reads an answer.
  }
}

async function readAtMost(stream: ReadableStream<Uint8Array>, limit: BodyLimit): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    // Leaving the loop cancels the stream: the rest is neither read nor unpacked.
    if (length > limit.bytes) throw new ApiError(limit.code);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
