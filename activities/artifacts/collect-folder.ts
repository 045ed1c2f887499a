import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CollectOptions } from './artifact-store.ts';
import { codeOf, whileBusy } from '../../common/busy-files.ts';
import type { FolderFiles } from './folder-files.ts';
import { isAbandoned } from './temporary-names.ts';

/** A write that makes no progress for this long was ended long before by its own limits. */
const STALE_AFTER_MS = 6 * 3600_000;
const SHA256 = /^[0-9a-f]{64}$/;

/** Removes old artifacts that nothing needs and stale temporary files. Returns how many artifacts. */
export async function collectFolder(files: FolderFiles, options: CollectOptions): Promise<number> {
  await sweepIncoming(files);
  let removed = 0;
  for (const group of await readdir(files.objects)) {
    for (const name of await readdir(path.join(files.objects, group))) {
      if (!SHA256.test(name) || options.keep.has(name)) continue;
      if (await removeOld(files, files.object(name), options)) removed += 1;
    }
    for (const name of await readdir(path.join(files.objects, group))) {
      if (name.endsWith('.json') && (await isOrphan(files, name)))
        await removeOld(files, files.note(name.slice(0, -5)), options);
    }
  }
  return removed;
}

/** Removes temporary files that no running write can still own. */
export async function sweepIncoming(files: FolderFiles): Promise<void> {
  for (const name of await readdir(files.incoming)) {
    const file = path.join(files.incoming, name);
    if (isAbandoned(name) || (await isOlder(file, STALE_AFTER_MS))) await rm(file, { force: true }).catch(ignoreBusy);
  }
}

/**
 * Moved aside before it is deleted: a write of the same content may refresh it at this moment, and then it is put back.
 */
async function removeOld(files: FolderFiles, file: string, { olderThanMs }: CollectOptions): Promise<boolean> {
  if (!(await isOlder(file, olderThanMs))) return false;
  const aside = files.temporary();
  try {
    await rename(file, aside);
  } catch (error) {
    ignoreBusy(error);
    return false;
  }
  if (!(await isOlder(aside, olderThanMs))) {
    await whileBusy(() => rename(aside, file));
    return false;
  }
  await whileBusy(() => rm(aside, { force: true }));
  return true;
}

async function isOrphan(files: FolderFiles, note: string): Promise<boolean> {
  return stat(files.object(note.slice(0, -5))).then(
    () => false,
    (error: unknown) => codeOf(error) === 'ENOENT',
  );
}

async function isOlder(file: string, thanMs: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > thanMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Who reads it right now keeps it; the next collection takes it. */
function ignoreBusy(error: unknown): void {
  if (!['EPERM', 'EBUSY', 'EACCES', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
}
