import { MAX_BODY_BYTES, MAX_BODY_MS } from "../../shared/limits.ts";
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
  return parseJson(await readText(request, limit), request.headers.get("content-encoding") ?? "");
}

/**
 * Reads a body as text; unpacks gzip, told by its header or its first bytes. Stops at the limit, also while unpacking,
 * and when the body has not come in time. Throws the limit's code, `body_too_slow`, `unreadable_body`, `invalid_gzip`,
 * or `invalid_json` where there is no body.
 */
export async function readText(request: Request, limit: BodyLimit): Promise<string> {
  if (!request.body) throw new ApiError("invalid_json");
  const bytes = await inTime(readBytes(request, request.body, limit));
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return decoder.decode(isPacked ? await gunzip(bytes, limit) : bytes);
}

/** A body that trickles, or never ends, would be kept for as long as its sender likes. */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError("body_too_slow")), MAX_BODY_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readBytes(
  request: Request,
  body: ReadableStream<Uint8Array>,
  limit: BodyLimit,
): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > limit.bytes) {
    await discard(body.getReader({ mode: "byob" }));
    throw new ApiError(limit.code);
  }
  try {
    if (length !== null) return new Uint8Array(await request.arrayBuffer());
    const reader = body.getReader({ mode: "byob" });
    const bytes = await readAtMost(reader, limit.bytes, READ_AT_ONCE);
    if (bytes) return bytes;
    await discard(reader);
  } catch {
    throw new ApiError("unreadable_body");
  }
  throw new ApiError(limit.code);
}

/** Reads on what nobody has read, before a refusal is sent: see {@link discard}. */
export async function readToEnd({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  // Who is too slow even for this is answered at once.
  await inTime(discard(body.getReader({ mode: "byob" }))).catch(() => undefined);
}

/** Throws `invalid_json`. `encoding` is what the request says that its body is packed by. */
export function parseJson(text: string, encoding = ""): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    throw new ApiError("invalid_json", { message: packedOtherwise(encoding) ?? whereBroken(problem) });
  }
}

/** For a body that is no JSON because nobody here unpacks it. */
function packedOtherwise(encoding: string): string | undefined {
  if (!/^[\w-]{1,20}$/.test(encoding) || /^(?:x-)?gzip$|^identity$/i.test(encoding)) return undefined;
  return `The body cannot be read: it came with Content-Encoding: ${encoding}, and only gzip is unpacked. Send it as gzip, or as plain JSON.`;
}

/** Where the text stops being JSON, as far as the engine says; not what stands there. */
function whereBroken(problem: unknown): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(String(problem)) ?? [];
  const where = line === undefined ? "" : ` The mistake is in line ${line}, at or before column ${column}.`;
  return `The body is not JSON. Send one JSON object, in UTF-8.${where}`;
}

/** Bytes that are no UTF-8 become U+FFFD; JSON around them stays readable. */
const decoder = new TextDecoder();

async function gunzip(packed: Uint8Array, limit: BodyLimit): Promise<Uint8Array> {
  const reader = inSlices(packed).pipeThrough(new DecompressionStream("gzip")).getReader({ mode: "byob" });
  let bytes: Uint8Array | undefined;
  try {
    // In one go: each time that it is asked, the runtime unpacks a slice more.
    bytes = await readAtMost(reader, limit.bytes, limit.bytes + 1);
  } catch {
    throw new ApiError("invalid_gzip");
  }
  if (bytes) return bytes;
  // The rest is not unpacked.
  await reader.cancel();
  throw new ApiError(limit.code);
}

/** The runtime unpacks whatever it is given at once and whole, up to a thousand times its size: so it is given little. */
function inSlices(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + PACKED_SLICE_BYTES));
      at += PACKED_SLICE_BYTES;
    },
  });
}

const PACKED_SLICE_BYTES = 1_024;

/** A refused body is read on so far, so that its sender gets to read why; a larger one is cut off. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;
const DISCARDED_AT_ONCE = 64 * 1024;
/** Of a body without a length; each that trickles holds so much. */
const READ_AT_ONCE = 16 * 1024;

type Reader = ReadableStreamBYOBReader;

/** A sender whose connection ends while it still sends sees a broken pipe, and never the answer. */
async function discard(reader: Reader): Promise<void> {
  try {
    for (let length = 0; length <= MAX_DISCARDED_BYTES;) {
      const { value } = await reader.readAtLeast(DISCARDED_AT_ONCE, new Uint8Array(DISCARDED_AT_ONCE));
      if (!value || value.length < DISCARDED_AT_ONCE) return;
      length += value.length;
    }
  } catch {
    // It broke off by itself: nobody reads an answer.
  }
}

/** `undefined` as soon as there is more; the rest is left in the reader then. */
async function readAtMost(reader: Reader, maxBytes: number, atOnce: number): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let isOver = false; !isOver;) {
    const { value = new Uint8Array() } = await reader.readAtLeast(atOnce, new Uint8Array(atOnce));
    length += value.length;
    if (length > maxBytes) return undefined;
    pieces.push(value);
    isOver = value.length < atOnce;
  }
  const [only] = pieces;
  return pieces.length === 1 && only ? only : joined(pieces, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
