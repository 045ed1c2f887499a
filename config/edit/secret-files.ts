import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { pathText, type SettingPath } from '../problem.ts';

/** The folder of secrets that were entered, beside the configuration file. */
const FOLDER = 'secrets';
/** Within it, those that no configuration names yet. */
const PENDING = 'pending';

/** Where a secret that was entered is kept; it names no text of it. */
export interface SecretFile {
  readonly name: string;
  /** As it stands in the configuration, as in `${file:secrets/pending/mail.login.password-1f}`. */
  readonly reference: string;
}

/**
 * Keeps a secret in a file of its own, which only this account can read, until a configuration names it.
 * @throws WAYBILL_SETTINGS_SECRET_NOT_KEPT
 */
export async function keepSecret(configFile: string, setting: SettingPath, secret: string): Promise<SecretFile> {
  const what = pathText(setting)
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 80);
  const name = `${what}-${randomBytes(5).toString('hex')}`;
  const folder = path.join(path.dirname(configFile), FOLDER);
  try {
    await mkdir(path.join(folder, PENDING), { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const handle = await open(path.join(folder, PENDING, name), 'wx', 0o600);
    try {
      await handle.writeFile(secret);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw waybillError('WAYBILL_SETTINGS_SECRET_NOT_KEPT', { folder, reason: code ?? message }, { cause });
  }
  return pendingSecret(name);
}

/** The file of a secret that was entered and is not saved yet. */
export function pendingSecret(name: string): SecretFile {
  return { name, reference: `\${file:${FOLDER}/${PENDING}/${name}}` };
}

/** Whether such a secret is still there. A name that leads elsewhere is none. */
export async function isPending(configFile: string, name: string): Promise<boolean> {
  if (!/^\w[\w.-]*$/.test(name)) return false;
  const found = await stat(pendingPlace(configFile, name)).catch(() => undefined);
  return found?.isFile() ?? false;
}

/** What a configuration calls it once it is saved. */
export function savedReference(name: string): string {
  return `\${file:${FOLDER}/${name}}`;
}

/** Puts a secret where a configuration that is about to be written names it. Safe to repeat. */
export async function settleSecret(configFile: string, name: string): Promise<void> {
  const place = path.join(path.dirname(configFile), FOLDER, name);
  await rename(pendingPlace(configFile, name), place).catch(async (error: unknown) => {
    if ((await stat(place).catch(() => undefined)) === undefined) throw error;
  });
}

/** Takes back `settleSecret`, where the configuration was not written after all. */
export async function unsettleSecret(configFile: string, name: string): Promise<void> {
  const place = path.join(path.dirname(configFile), FOLDER, name);
  await rename(place, pendingPlace(configFile, name)).catch(() => undefined);
}

/** Removes a secret that is not saved. Safe to repeat. */
export async function forgetSecret(configFile: string, name: string): Promise<void> {
  await rm(pendingPlace(configFile, name), { force: true });
}

/** Removes secrets that were entered this long ago, in milliseconds, and never saved. */
export async function forgetOldSecrets(configFile: string, olderThanMs: number): Promise<void> {
  const folder = path.join(path.dirname(configFile), FOLDER, PENDING);
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > olderThanMs) await rm(path.join(folder, name), { force: true });
  }
}

function pendingPlace(configFile: string, name: string): string {
  return path.join(path.dirname(configFile), FOLDER, PENDING, name);
}
