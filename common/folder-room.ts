import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What was found out about a folder. Sizes in bytes. */
export interface RoomOfFolder {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Why nothing can be written there, in words; undefined where it can. */
  readonly notWritable?: string;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there (ENOENT)',
  ENOTDIR: 'it is no folder (ENOTDIR)',
  EACCES: 'this account may not (EACCES)',
  EPERM: 'this account may not (EPERM)',
  EROFS: 'the disk is read-only (EROFS)',
  ENOSPC: 'the disk is full (ENOSPC)',
};

/**
 * How much room the disk of a folder has, and whether this process can write there: a small file is written, and removed
 * again. Never throws. Safe to repeat.
 */
export async function roomOf(folder: string): Promise<RoomOfFolder> {
  const disk = await statfs(folder).catch(() => undefined);
  const room = {
    freeBytes: disk ? disk.bavail * disk.bsize : 0,
    totalBytes: disk ? disk.blocks * disk.bsize : 0,
  };
  const notWritable = await whyNotWritable(folder);
  return notWritable === undefined ? room : { ...room, notWritable };
}

async function whyNotWritable(folder: string): Promise<string | undefined> {
  let probe: string | undefined;
  try {
    probe = await mkdtemp(path.join(folder, '.waybill-doctor-'));
    await writeFile(path.join(probe, 'probe'), 'waybill');
    return undefined;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return reasons[code] ?? code;
  } finally {
    if (probe !== undefined) await rm(probe, { recursive: true, force: true }).catch(() => undefined);
  }
}
