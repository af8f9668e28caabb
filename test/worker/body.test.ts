import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ApiError } from "../../worker/errors.ts";
import { readText } from "../../worker/middleware/body.ts";

/** More than is read at once. */
const LIMIT = { bytes: 40_000, code: "too_large" } as const;

/** What is read, or the code of the refusal; anything else that is thrown fails the test. */
async function read(body: Uint8Array, pieces: number | undefined): Promise<string> {
  const stream = pieces === undefined ? body : inPieces(body, pieces);
  try {
    return await readText(new Request("http://site/", { method: "POST", body: stream }), LIMIT);
  } catch (problem) {
    if (problem instanceof ApiError) return `refused: ${problem.code}`;
    throw problem;
  }
}

/** Without a length, as a chunked body is: a stream of the runtime, not one of JavaScript. */
function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const write = async () => {
    for (let at = 0; at < bytes.length; at += size) await writer.write(bytes.slice(at, at + size));
    await writer.close();
  };
  write().catch(() => undefined);
  return readable;
}

async function packed(bytes: Uint8Array): Promise<Uint8Array> {
  const { body } = new Response(bytes);
  const stream = body?.pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream ?? null).arrayBuffer());
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .integer({ min: 39_990, max: 40_010 })
    .map((length) => new Uint8Array(length).map((_, at) => 0x20 + (at % 89))),
  fc.string({ unit: "binary", maxLength: 120 }).map((text) => new TextEncoder().encode(text)),
);
const anyPieces = fc.option(fc.constantFrom(7, 100, 4_096, 16_384, 30_000), { nil: undefined });
const isPacked = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;
const expected = (bytes: Uint8Array) =>
  bytes.length > LIMIT.bytes ? "refused: too_large" : new TextDecoder().decode(bytes);

describe("a body of any bytes", () => {
  test("is read whole up to the limit, and refused above it, however it arrives", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, anyPieces, async (bytes, pieces) => {
        fc.pre(!isPacked(bytes));
        expect(await read(bytes, pieces)).toBe(expected(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test("is unpacked whole up to the limit, and refused above it", async () => {
    await fc.assert(
      fc.asyncProperty(anyBytes, anyPieces, async (bytes, pieces) => {
        const gzip = await packed(bytes);
        fc.pre(gzip.length <= LIMIT.bytes);
        expect(await read(gzip, pieces)).toBe(expected(bytes));
      }),
      { numRuns: 200 },
    );
  });

  test("that is torn or damaged gzip is refused as such, or was not changed where it matters", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        fc.nat({ max: 255 }),
        async (bytes, at, mask) => {
          const gzip = await packed(bytes);
          const torn = gzip.slice(0, Math.max(2, at % gzip.length));
          expect(await read(torn, undefined)).toBe("refused: invalid_gzip");
          const damaged = gzip.slice();
          const place = 2 + (at % (gzip.length - 2));
          damaged[place] = (damaged[place] ?? 0) ^ mask;
          expect(["refused: invalid_gzip", "refused: too_large", expected(bytes)]).toContain(
            await read(damaged, undefined),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
