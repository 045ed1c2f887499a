import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { whileBusy } from '../common/busy-files.ts';
import { STORE_ID_FILE } from '../activities/artifacts/store-id.ts';
import { flushFolder } from '../activities/artifacts/write-file.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import { openLedger } from '../ledger/ledger.ts';
import { copyHashed } from './hashed-file.ts';
import { markRestored } from './mark-restored.ts';
import { type RestoreJournal, writeJournal } from './restore-journal.ts';
import type { ConfigurationFile, Store } from './restore-plan.ts';

/** Where a file of a database is made ready beside its place. */
function stagedOf(file: string): string {
  return `${file}.restoring`;
}

/** What a file that stood in the way is called from then on. */
export function asideOf(file: string, startedAtUtc: string): string {
  return `${file}.before-restore-${startedAtUtc.replaceAll(/[:.]/g, '-')}`;
}

/** Copies a file to a place of its own, flushed. @throws WAYBILL_BACKUP_DAMAGED when it changed since it was verified */
async function copyVerified(from: string, to: string, sha256: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
  await whileBusy(() => rm(to, { force: true }));
  const copied = await copyHashed(from, to);
  if (copied.sha256 === sha256) return;
  throw waybillError('WAYBILL_BACKUP_DAMAGED', { file: from, reason: 'changed while it was read' });
}

/**
 * Makes the files of a database ready beside their places; the ledger also gets its mark, so it never stands without one.
 * Safe to repeat.
 * @throws WAYBILL_BACKUP_DAMAGED, WAYBILL_LEDGER_NEWER_SCHEMA, file errors
 */
export async function stageStore({ part, files }: Store, sites: readonly string[], nowUtc: string): Promise<void> {
  for (const { from, to, sha256 } of files) await copyVerified(from, stagedOf(to), sha256);
  if (part !== 'ledger') return;
  for (const { to } of files) {
    const ledger = await openLedger({ kind: 'sqlite', file: stagedOf(to) });
    try {
      await markRestored(ledger, sites, nowUtc);
    } finally {
      await ledger.close();
    }
  }
}

/**
 * Puts a staged database in its place, after what stands there was renamed. Safe to repeat after an end at any moment:
 * the journal tells whose files stand there.
 * @throws file errors
 */
export async function placeStore(store: Store, dataFolder: string, before: RestoreJournal): Promise<RestoreJournal> {
  let journal = before;
  if (!journal.aside.includes(store.part)) {
    for (const place of store.places.filter((one) => existsSync(one))) {
      await whileBusy(() => rename(place, asideOf(place, journal.startedAtUtc)));
    }
    journal = await writeJournal(dataFolder, { ...journal, aside: [...journal.aside, store.part] });
  }
  for (const { to } of store.files) {
    await whileBusy(() => rename(stagedOf(to), to));
    await flushFolder(path.dirname(to));
  }
  return writeJournal(dataFolder, { ...journal, done: [...journal.done, store.part] });
}

/** Puts back files of the configuration where none stands. Safe to repeat. @throws WAYBILL_BACKUP_DAMAGED, file errors */
export async function putConfiguration(files: readonly ConfigurationFile[]): Promise<void> {
  for (const { from, to, sha256, stands } of files) {
    if (stands) continue;
    await copyVerified(from, stagedOf(to), sha256);
    await whileBusy(() => rename(stagedOf(to), to));
  }
}

/**
 * Gives a folder of files of apps the id that the ledger of the backup knows it by; another id that stands there is
 * renamed where the ledger is put back too, and left where it is not. Safe to repeat.
 * @throws file errors
 */
export async function putStoreId(
  folder: string,
  storeId: string,
  { withLedger, startedAtUtc }: { withLedger: boolean; startedAtUtc: string },
): Promise<void> {
  const file = path.join(folder, STORE_ID_FILE);
  const found = await readFile(file, 'utf8').catch(() => undefined);
  if (found?.trim() === storeId || (found !== undefined && !withLedger)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(stagedOf(file), `${storeId}\n`, { mode: 0o600, flush: true });
  if (found !== undefined) await whileBusy(() => rename(file, asideOf(file, startedAtUtc)));
  await whileBusy(() => rename(stagedOf(file), file));
}
