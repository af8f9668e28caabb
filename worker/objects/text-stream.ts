/** Texts as a stream of bytes, each made when it is asked for. */
export function streamOf(texts: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const text = texts[next];
      next += 1;
      if (text === undefined) controller.close();
      else controller.enqueue(encoder.encode(text));
    },
  });
}
