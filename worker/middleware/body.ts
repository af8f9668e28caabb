import { MAX_BODY_BYTES } from "../../shared/limits.ts";
import { ApiError } from "../errors.ts";

/**
 * Reads a body as JSON, whatever its content type says; unpacks gzip, told by its header or its first bytes.
 * Stops at 512 KB, also while unpacking. Throws `too_large`, `unreadable_body`, `invalid_gzip`
 * or `invalid_json`.
 */
export async function readJson(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw new ApiError("too_large");
  if (!request.body) throw new ApiError("invalid_json");
  const hasLength = request.headers.has("content-length");
  let bytes: Uint8Array;
  try {
    bytes = hasLength ? new Uint8Array(await request.arrayBuffer()) : await readAtMost(request.body);
  } catch (problem) {
    throw problem instanceof ApiError ? problem : new ApiError("unreadable_body");
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await gunzip(bytes);
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new ApiError("invalid_json");
  }
}

/** Bytes that are no UTF-8 become U+FFFD; JSON around them stays readable. */
const decoder = new TextDecoder();

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Response(bytes).body;
  if (!packed) throw new ApiError("invalid_gzip");
  try {
    return await readAtMost(packed.pipeThrough(new DecompressionStream("gzip")));
  } catch (problem) {
    throw problem instanceof ApiError ? problem : new ApiError("invalid_gzip");
  }
}

async function readAtMost(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    // Leaving the loop cancels the stream: the rest is neither read nor unpacked.
    if (length > MAX_BODY_BYTES) throw new ApiError("too_large");
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
