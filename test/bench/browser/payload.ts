import { gunzipSync, inflateSync } from "node:zlib";

/**
 * All texts that may stand in a request: its address and body as they came, unpacked, with percent escapes undone,
 * and what long stretches of base64 in them say. Good enough to look for a name that stands nowhere else.
 */
export function textsOf(url: string, body: Buffer): string {
  const texts = [unescaped(url), unescaped(unpacked(body).toString("utf8"))];
  return [...texts, ...texts.flatMap(base64Texts)].join("\n");
}

function unpacked(body: Buffer): Buffer {
  try {
    if (body[0] === 0x1f && body[1] === 0x8b) return gunzipSync(body);
    if (body[0] === 0x78) return inflateSync(body);
  } catch {
    // It only began like something packed.
  }
  return body;
}

function unescaped(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function base64Texts(text: string): string[] {
  const stretches = text.match(/[\w+/-]{40,}={0,2}/g) ?? [];
  return stretches.map((stretch) => unpacked(Buffer.from(stretch, "base64")).toString("utf8"));
}
