/** The source's values; an abort ends them at once with its reason, even while the source is silent. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let fail: (reason: unknown) => void = () => undefined;
  const abort = (): void => fail(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  let isDone = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      // A new promise for each value: one that all of them raced with would hold on to them all until it ends.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a generator that is stuck in an await never comes back.
    if (!isDone) void iterator.return?.()?.catch(() => undefined);
  }
}
