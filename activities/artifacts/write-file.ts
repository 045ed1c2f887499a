import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StoredArtifact, WriteOptions } from './artifact-store.ts';
import { batches, ContentMeter } from './hash-chunks.ts';
import { whileBusy } from './busy-files.ts';

/** Batches (about MiB) between flushes: the disk works all along, and the last flush is short. */
const FLUSH_EVERY_BATCHES = 64;

/**
 * Name and size of the bytes now in the new file at `file`, flushed to disk. On any failure or abort the file is gone
 * again. Each batch is hashed while the system writes it.
 */
export async function writeNewFile(
  file: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<StoredArtifact> {
  const handle = await open(file, 'wx', 0o640);
  try {
    const stored = await writeBatches(handle, source, options);
    await handle.sync();
    await handle.close();
    return stored;
  } catch (error) {
    await handle.close().catch(() => undefined);
    // The sweep removes it where even this fails; the first error is the one to tell.
    await whileBusy(() => rm(file, { force: true })).catch(() => undefined);
    throw error;
  }
}

async function writeBatches(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<StoredArtifact> {
  const meter = new ContentMeter(options);
  let writing: Promise<void> = Promise.resolve();
  let flushing: Promise<void> = Promise.resolve();
  let unflushed = 0;
  try {
    for await (const batch of batches(source, options.signal)) {
      await writing;
      if (++unflushed === FLUSH_EVERY_BATCHES) {
        await flushing;
        flushing = inBackground(handle.datasync());
        unflushed = 0;
      }
      writing = inBackground(writeAll(handle, batch));
      meter.add(batch);
    }
  } finally {
    await Promise.all([writing, flushing]);
  }
  return meter.finish();
}

/** Marks a promise as awaited later, so that its failure until then is no unhandled one. */
function inBackground(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}

async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  let left = [...chunks];
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left);
    left = dropBytes(left, bytesWritten);
  }
}

function dropBytes(chunks: Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > bytes) return [chunk.subarray(bytes - skipped), ...chunks.slice(index + 1)];
    skipped += chunk.length;
  }
  return [];
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
