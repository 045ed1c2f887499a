import { randomUUID } from 'node:crypto';
import { copyFile, constants, link, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../common/busy-files.ts';

/** The file with the id of a folder. */
export const STORE_ID_FILE = 'store-id';

/** The id in the folder's `store-id` file, made when it has none. Safe to call from several processes at once. */
export async function ensureStoreId(folder: string): Promise<string> {
  const file = path.join(folder, STORE_ID_FILE);
  const existing = await readStoreId(file);
  if (existing !== undefined) return existing;
  const draft = path.join(folder, `${STORE_ID_FILE}.${randomUUID()}`);
  await writeFile(draft, `${randomUUID()}\n`, { flush: true, mode: 0o600 });
  try {
    await publish(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return (await readStoreId(file)) ?? ensureStoreId(folder);
}

async function readStoreId(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** First one wins: a link appears whole or not at all. Some network shares have no links. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    await copyFile(draft, file, constants.COPYFILE_EXCL).catch((failure: unknown) => {
      if (codeOf(failure) !== 'EEXIST') throw failure;
    });
  }
}
