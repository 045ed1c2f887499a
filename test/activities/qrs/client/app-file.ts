import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What stands for the bytes of an app file. */
export const bytes = randomBytes(3_000_000);

function* sliced(): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

/** `bytes` in pieces. */
export async function* slices(): AsyncGenerator<Buffer> {
  yield* sliced();
}

/** `bytes` in pieces, over about a second. */
export async function* slowSlices(): AsyncGenerator<Buffer> {
  for (const slice of sliced()) {
    yield slice;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** SHA-256 of the bytes. */
export function hash(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of what a stream gives; rejects with what it fails with. */
export async function hashOf(stream: Readable | IncomingMessage): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) sum.update(chunk);
  });
  return sum.digest('hex');
}
