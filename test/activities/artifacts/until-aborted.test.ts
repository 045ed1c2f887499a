import { expect, it } from 'vitest';
import { untilAborted } from '../../../activities/artifacts/until-aborted.ts';

it('holds on to none of the values that passed', async () => {
  const before = process.memoryUsage().arrayBuffers;
  let peakBytes = 0;

  for await (const _ of untilAborted(blocks(800), new AbortController().signal)) {
    peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers - before);
  }

  expect(peakBytes).toBeLessThan(400 * 1024 * 1024);
});

it('lets the source clean up when the reader stops early', async () => {
  let isCleanedUp = false;
  async function* source(): AsyncGenerator<number> {
    try {
      for (;;) yield 1;
    } finally {
      isCleanedUp = true;
    }
  }

  for await (const _ of untilAborted(source(), new AbortController().signal)) break;

  expect(isCleanedUp).toBe(true);
});

it('ends with the reason when the signal was aborted between two values', async () => {
  const abort = new AbortController();
  const values = untilAborted(blocks(3), abort.signal);
  await values.next();
  abort.abort(new Error('stop'));

  await expect(values.next()).rejects.toThrow('stop');
});

/** So many MiB. */
async function* blocks(count: number): AsyncGenerator<Buffer> {
  for (let number = 0; number < count; number += 1) yield Buffer.alloc(1024 * 1024);
}
