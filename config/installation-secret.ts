import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../common/errors/catalogue.ts';
import { type SecretRef, secretFrom } from './secret-ref.ts';

const madeOnce = '(made once, kept in';

/** True for the secret that Waybill makes itself, which is there from its first use on. */
export function isMadeByWaybill(ref: SecretRef): boolean {
  return ref.describe().startsWith(madeOnce);
}

/**
 * The secret that Waybill makes for itself: 32 random bytes in base64url, kept in `<dataFolder>/installation-secret`
 * (readable by its owner only). It is made at the first use; several processes that start at once get the same one.
 */
export function installationSecret(dataFolder: string): SecretRef {
  const file = path.join(dataFolder, 'installation-secret');
  return secretFrom(`${madeOnce} ${file})`, async () => {
    if ((await readSecret(file)) === undefined) await makeSecret(file);
    const secret = await readSecret(file);
    if (secret) return secret;
    throw waybillError('WAYBILL_CONFIG_SECRET_MISSING', { source: file, reason: 'the file is empty' });
  });
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw waybillError('WAYBILL_CONFIG_SECRET_MISSING', { source: file, reason: code }, { cause });
  }
}

/** Written whole under another name first, then linked: nobody reads half of it, and the first one wins. */
async function makeSecret(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
    await link(draft, file).catch(() => copyFile(draft, file, constants.COPYFILE_EXCL));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw waybillError('WAYBILL_CONFIG_SECRET_NOT_KEPT', { file, reason: code }, { cause });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}
