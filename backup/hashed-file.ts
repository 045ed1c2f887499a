import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** What a file holds: SHA-256 in lower-case hex, and its size. */
export interface FileFacts {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What the file holds now. Memory stays flat. @throws file errors */
export async function hashFile(file: string): Promise<FileFacts> {
  return hashStream(createReadStream(file));
}

/** What the bytes are. @throws the error of the source */
export async function hashStream(source: AsyncIterable<Uint8Array>): Promise<FileFacts> {
  const count = counter();
  for await (const chunk of source) count.add(chunk);
  return count.facts();
}

/** Copies to a file that must not exist, flushed to disk; gives what was copied. @throws file errors */
export async function copyHashed(from: string, to: string): Promise<FileFacts> {
  const count = counter();
  await pipeline(
    createReadStream(from),
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        count.add(chunk);
        yield chunk;
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return count.facts();
}

function counter() {
  const hash: Hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    add(chunk: Uint8Array): void {
      hash.update(chunk);
      sizeBytes += chunk.length;
    },
    facts: (): FileFacts => ({ sha256: hash.digest('hex'), sizeBytes }),
  };
}
