import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BLOCK_BYTES = 512;

/**
 * Writes one file of a tar stream (not compressed) to `destination` and stops reading there. Memory stays flat.
 * Throws an Error when the archive ends before the file, or inside it. Format: POSIX ustar.
 */
export async function extractTarEntry(archive: Readable, name: string, destination: string): Promise<void> {
  const reader = new BlockReader(archive);
  for (;;) {
    const header = await reader.take(BLOCK_BYTES);
    if (header === undefined || header.every((byte) => byte === 0)) throw new Error(`the archive holds no ${name}`);
    const sizeBytes = entrySize(header);
    if (entryName(header) === name && isFile(header)) {
      await pipeline(Readable.from(reader.stream(sizeBytes)), createWriteStream(destination));
      return;
    }
    await reader.skip(Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES);
  }
}

function text(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

function entryName(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return (prefix ? `${prefix}/${name}` : name).replace(/^\.\//, '');
}

function entrySize(header: Buffer): number {
  const sizeBytes = Number.parseInt(text(header, 124, 12).trim(), 8);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new Error('the archive is not a tar file');
  return sizeBytes;
}

function isFile(header: Buffer): boolean {
  const type = header[156];
  return type === 0 || type === '0'.charCodeAt(0);
}

class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #left: Buffer = Buffer.alloc(0);

  constructor(archive: Readable) {
    this.#chunks = archive[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Exactly `length` bytes; `undefined` at the end of the stream. */
  async take(length: number): Promise<Buffer | undefined> {
    while (this.#left.length < length) {
      if (!(await this.#more())) return undefined;
    }
    return this.#cut(length);
  }

  async skip(length: number): Promise<void> {
    for await (const chunk of this.stream(length)) void chunk;
  }

  async *stream(length: number): AsyncGenerator<Buffer> {
    let missing = length;
    while (missing > 0) {
      if (this.#left.length === 0 && !(await this.#more())) throw new Error('the archive ends too early');
      const chunk = this.#cut(Math.min(missing, this.#left.length));
      missing -= chunk.length;
      yield chunk;
    }
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    this.#left = this.#left.length === 0 ? value : Buffer.concat([this.#left, value]);
    return true;
  }

  #cut(length: number): Buffer {
    const taken = this.#left.subarray(0, length);
    this.#left = this.#left.subarray(length);
    return taken;
  }
}
