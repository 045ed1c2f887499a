import { open, rm } from 'node:fs/promises';
import type { RandomAccess, WriteOptions } from './artifact-store.ts';
import { whileBusy } from '../../common/busy-files.ts';
import { randomAccess } from './random-access.ts';
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
    return randomAccess(handle, sizeBytes, async () => {
      await handle.close();
      await remove();
    });
  } catch (error) {
    await remove();
    throw error;
  }
}
