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

/**
 * The same of texts that are made one after the other, as they are asked for. Throws what the first of them throws; what a later
 * one throws breaks the stream off.
 */
export async function streamOfSteps(texts: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = await texts.next();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      let text = next ?? (await texts.next());
      next = undefined;
      // Nothing cannot be handed on.
      while (!text.done && text.value === "") text = await texts.next();
      if (!text.done) return controller.enqueue(encoder.encode(text.value));
      controller.close();
    },
    async cancel() {
      await texts.return(undefined);
    },
  });
}
