import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { codeOf, whileBusy } from '../../common/busy-files.ts';
import { isAbandoned, temporaryName } from '../artifacts/temporary-names.ts';
import { flushFolder } from '../artifacts/write-file.ts';
import { isLogOf, type LoggedReload, scriptLogName, timeInName } from './script-log-names.ts';

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 86_400_000;

/** Where script logs are kept, and under which names. */
export interface ScriptLogPlace {
  readonly folder: string;
  /** With placeholders, as the setting has it. */
  readonly fileName: string;
}

/**
 * Keeps the script log of a reload as a file below `folder`, in a folder for its day; the file's path. The file is there whole
 * or not at all. Safe to repeat: a repeat replaces the file of the same reload.
 * @throws WAYBILL_CLOUD_LOG_NOT_KEPT when the folder cannot be written; no alert has to fail for it
 */
export async function writeScriptLog(
  { folder, fileName }: ScriptLogPlace,
  reload: LoggedReload,
  text: string,
): Promise<string> {
  return telling(folder, async () => {
    const { day, file } = scriptLogName(fileName, reload);
    const dayFolder = path.join(folder, day);
    await mkdir(dayFolder, { recursive: true });
    // Somebody may have found the reload by another event, with another time.
    const known = (await readdir(dayFolder)).find((name) => isLogOf(fileName, reload, name));
    const target = path.join(dayFolder, known ?? file);
    const aside = path.join(dayFolder, temporaryName());
    try {
      await writeAside(aside, text);
      await whileBusy(() => rename(aside, target));
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined);
      throw error;
    }
    await flushFolder(dayFolder);
    return target;
  });
}

/**
 * Removes the script logs of reloads that ended more than `keepForMs` ago (0: none), what broken writes left, and days that are
 * empty then; files of other names stay. How many logs were removed. Safe to repeat.
 * @throws WAYBILL_CLOUD_LOG_NOT_KEPT when the folder cannot be read or changed
 */
export async function collectOldScriptLogs(
  { folder, fileName }: ScriptLogPlace,
  keepForMs: number,
  now: Date,
): Promise<number> {
  if (keepForMs === 0) return 0;
  const beforeMs = now.getTime() - keepForMs;
  return telling(folder, async () => {
    let removed = 0;
    for (const day of await namesIn(folder)) {
      if (!dayPattern.test(day)) continue;
      const dayFolder = path.join(folder, day);
      await removeLeftOvers(dayFolder, now);
      if (Date.parse(day) > beforeMs) continue;
      removed += await removeOlder(dayFolder, fileName, beforeMs);
      if (Date.parse(day) + dayMs < beforeMs) await removeWhenEmpty(dayFolder);
    }
    return removed;
  });
}

async function writeAside(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeOlder(dayFolder: string, fileName: string, beforeMs: number): Promise<number> {
  let count = 0;
  for (const name of await namesIn(dayFolder)) {
    const timeMs = timeInName(fileName, name);
    if (timeMs !== undefined && timeMs < beforeMs && (await removeFile(path.join(dayFolder, name)))) count += 1;
  }
  return count;
}

/** Files that are being written have names of their own; a process that ended, or a day that passed, left them for good. */
async function removeLeftOvers(dayFolder: string, now: Date): Promise<void> {
  for (const name of await namesIn(dayFolder)) {
    if (!name.endsWith('.part')) continue;
    const file = path.join(dayFolder, name);
    const isOld = await stat(file).then(
      ({ mtimeMs }) => now.getTime() - mtimeMs > dayMs,
      () => false,
    );
    if (isOld || isAbandoned(name)) await removeFile(file);
  }
}

/** False for a file that somebody reads right now: the next collection takes it. */
async function removeFile(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EBUSY') return false;
    throw error;
  }
}

async function removeWhenEmpty(dayFolder: string): Promise<void> {
  await rmdir(dayFolder).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  });
}

/** Nothing where there is no such folder: no log was kept yet, or another collection was faster. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
}

async function telling<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const reason = codeOf(error);
    if (reason === undefined) throw error;
    throw waybillError('WAYBILL_CLOUD_LOG_NOT_KEPT', { folder, host: hostname(), reason }, { cause: error });
  }
}
