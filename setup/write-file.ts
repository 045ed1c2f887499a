import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../common/errors/catalogue.ts';

/** Rights of a file that only its owner may read. */
export const ownerOnly = 0o600;

/**
 * Puts a text into a file, which appears whole or not at all and is on disk when this returns. A file that stands there keeps
 * its rights; a new one gets `mode`. Safe to repeat.
 * @throws WAYBILL_SETUP_NOT_WRITTEN
 */
export async function writeWhole(file: string, text: string, mode = ownerOnly): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const standing = await stat(file).catch(() => undefined);
    const handle = await open(draft, 'wx', standing ? standing.mode & 0o777 : mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    throw waybillError(
      'WAYBILL_SETUP_NOT_WRITTEN',
      { file, reason: code === 'EISDIR' ? 'it is a folder' : code },
      { cause },
    );
  }
}
