import { deflateSync, inflateSync, strFromU8, strToU8 } from "fflate";

import { roomySize } from "./page-room.ts";

/** A visit or two: what is shorter stays beside the contact's other rows. */
const SHORT_BYTES = 1_000;

/** Compressed (RFC 1951), and followed by zeros, see `roomySize`: a deflated stream knows its own end. */
export function packText(text: string): ArrayBuffer {
  const packed = deflateSync(strToU8(text));
  const row = new Uint8Array(roomySize(packed.length, SHORT_BYTES));
  row.set(packed);
  return row.buffer;
}

/** The text of a row, packed or not. */
export function textOf(data: string | ArrayBuffer): string {
  return typeof data === "string" ? data : strFromU8(inflateSync(new Uint8Array(data)));
}

/** Whether a packed row of so many bytes has pages of its own. */
export function hasOwnPages(bytes: number): boolean {
  return bytes > SHORT_BYTES;
}
