import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StoredArtifact, WriteOptions } from './artifact-store.ts';
import { ByteCount } from './byte-count.ts';
import { whileBusy } from '../../common/busy-files.ts';
import { openInThread } from './file-thread.ts';
import { untilAborted } from './until-aborted.ts';

/**
 * Name and size of the bytes now in the new file at `file`, flushed to disk. On any failure or abort the file is gone
 * again. Each block is hashed and written by another thread while the next one comes.
 */
export async function writeNewFile(
  file: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<StoredArtifact> {
  const written = await openInThread(file);
  try {
    const count = new ByteCount(options);
    for await (const block of untilAborted(source, options.signal)) {
      count.add(block.length);
      await written.write(block);
    }
    const sizeBytes = count.finish();
    return { sha256: await written.finish(), sizeBytes };
  } catch (error) {
    await written.discard();
    // The sweep removes it where even this fails; the first error is the one to tell.
    await whileBusy(() => rm(file, { force: true })).catch(() => undefined);
    throw error;
  }
}

/** Makes a rename in this folder outlast a power loss; Windows has no such call and needs none. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path.resolve(folder), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
