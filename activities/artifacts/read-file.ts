import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

const CHUNK_BYTES = 256 * 1024;
/**
 * Chunks that are in use at the same time, doubled: one is read, two wait in the stream, and a consumer that heeds
 * backpressure holds two more.
 */
const RING = 10;

/**
 * The bytes of an open file, in chunks that are used again ten chunks later: new ones for each would have V8 collect
 * garbage for as long as the file itself takes. So each chunk must be done with before the one after the next is asked
 * for, as every `pipe` and HTTP request does. The file is closed at the end, whichever way it comes.
 */
export function readFileInRing(handle: FileHandle): Readable {
  const stream = Readable.from(chunksOf(handle), { objectMode: false, highWaterMark: CHUNK_BYTES });
  // A generator that was never asked for anything ends without its `finally`.
  return stream.once('close', () => void handle.close().catch(() => undefined));
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const ring = Array.from({ length: RING }, () => Buffer.allocUnsafeSlow(CHUNK_BYTES));
  try {
    for (let turn = 0; ; turn += 1) {
      const buffer = ring[turn % RING] as Buffer;
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
