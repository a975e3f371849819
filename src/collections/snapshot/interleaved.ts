/**
 * The items of two sources, each in its order: one of the second as soon as it is there, else one of the first. The next
 * of the second is made while the caller works on the first, and never while it works on one of the second.
 */
export async function* interleaved<First, Second>(
  first: AsyncIterable<First>,
  second: AsyncGenerator<Second, void, undefined>,
): AsyncGenerator<First | Second, void, undefined> {
  let ready: IteratorResult<Second, void> | undefined;
  let coming: Promise<void> | undefined;
  const next = async (): Promise<void> => {
    ready = await second.next();
  };
  const ask = (): void => {
    ready = undefined;
    coming = next();
    // Awaited at the end.
    coming.catch(() => undefined);
  };
  // Through a function: what a promise has set is not seen by the compiler.
  const arrived = (): IteratorResult<Second, void> | undefined => ready;
  try {
    ask();
    for await (const item of first) {
      yield item;
      const found = arrived();
      if (found === undefined || found.done === true) continue;
      yield found.value;
      ask();
    }
    for (;;) {
      await coming;
      const found = arrived();
      if (found === undefined || found.done === true) return;
      yield found.value;
      ask();
    }
  } finally {
    await second.return();
  }
}
