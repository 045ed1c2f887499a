import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, chown, open, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { whileBusy } from '../../common/busy-files.ts';
import { waybillError } from '../../common/errors/catalogue.ts';
import { fingerprintOf, textOf } from '../load.ts';

/** Somebody sits before the page: half a second, while an editor or a virus scanner holds the file. */
const WAITS = 6;

/** Why the configuration file cannot be replaced from here; `undefined` where it can. */
export async function whyNotWritable(file: string): Promise<string | undefined> {
  try {
    const place = await realpath(file);
    await access(place, constants.W_OK);
    await access(path.dirname(place), constants.W_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * Puts another text in the place of a configuration file, all of it at once, with the mode and owner that it had, unless
 * somebody changed it meanwhile. Safe to repeat.
 * @throws WAYBILL_SETTINGS_CHANGED_MEANWHILE, WAYBILL_SETTINGS_NOT_WRITABLE, WAYBILL_CONFIG_NOT_FOUND
 */
export async function saveFile(file: string, text: string, fingerprint: string): Promise<void> {
  const place = await realpath(file).catch(() => file);
  const draft = path.join(path.dirname(place), `.${path.basename(place)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeDraft(draft, text, place);
    if (fingerprintOf(await textOf(file)) !== fingerprint)
      throw waybillError('WAYBILL_SETTINGS_CHANGED_MEANWHILE', { file });
    await whileBusy(() => rename(draft, place), WAITS);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (!isSystemError(error)) throw error;
    throw waybillError('WAYBILL_SETTINGS_NOT_WRITABLE', { file, reason: reasonOf(error) }, { cause: error });
  }
}

async function writeDraft(draft: string, text: string, place: string): Promise<void> {
  const { mode, uid, gid } = await stat(place);
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  // Only the super-user may give a file away; where it is ours, nothing changes.
  await chown(draft, uid, gid).catch(() => undefined);
  await chmod(draft, mode & 0o777);
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    EACCES: 'this account may not write there',
    EPERM: 'this account may not write there',
    EROFS: 'it stands on a disk that can only be read',
    EBUSY: 'it is mounted by itself, as into a container',
    ENOENT: 'it is not there',
  };
  return words[code ?? ''] ?? code ?? message;
}
