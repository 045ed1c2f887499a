import { open, rm } from 'node:fs/promises';
import type { RandomAccess, WriteOptions } from './artifact-store.ts';
import { whileBusy } from './busy-files.ts';
import { writeNewFile } from './write-file.ts';

/** The bytes in the new file at `file`, to be read at any place; closing it removes the file, as does any failure. */
export async function spoolTo(
  file: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<RandomAccess> {
  const { sizeBytes } = await writeNewFile(file, source, options);
  const remove = (): Promise<void> => whileBusy(() => rm(file, { force: true }));
  try {
    const handle = await open(file);
    const close = async (): Promise<void> => {
      await handle.close();
      await remove();
    };
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    return { sizeBytes, read, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
