import { ApiError } from "../errors.ts";
import type { BodyLimit } from "./body.ts";

/** Held in memory at a time. */
const PIECE_BYTES = 64 * 1024;

/** A body as text, piece by piece, without the mark at its beginning. Throws the limit's code, or `unreadable_body`. */
export async function* bodyPieces(request: Request, limit: BodyLimit): AsyncGenerator<string> {
  if (Number(request.headers.get("content-length") ?? 0) > limit.bytes) throw new ApiError(limit.code);
  if (!request.body) return;
  const decoder = new TextDecoder();
  const reader = request.body.getReader({ mode: "byob" });
  try {
    let length = 0;
    for (let isOver = false; !isOver;) {
      const bytes = await readPiece(reader);
      length += bytes.length;
      if (length > limit.bytes) throw new ApiError(limit.code);
      isOver = bytes.length < PIECE_BYTES;
      yield decoder.decode(bytes, { stream: !isOver });
    }
  } finally {
    reader.releaseLock();
  }
}

async function readPiece(reader: ReadableStreamBYOBReader): Promise<Uint8Array> {
  try {
    const { value } = await reader.readAtLeast(PIECE_BYTES, new Uint8Array(PIECE_BYTES));
    return value ?? new Uint8Array();
  } catch {
    throw new ApiError("unreadable_body");
  }
}
