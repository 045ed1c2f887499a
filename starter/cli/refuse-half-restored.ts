import { readFile } from 'node:fs/promises';
import { waybillError } from '../../common/errors/catalogue.ts';
import { restoreJournalOf } from '../../common/restore-journal.ts';
import type { Config } from '../../config/types.ts';

/**
 * Nothing when no restore is half-way. A process that started on a half would make an empty ledger in the place of the
 * one that is to be put back.
 * @throws WAYBILL_BACKUP_RESTORE_UNFINISHED
 */
export async function refuseHalfRestored({ dataFolder }: Pick<Config, 'dataFolder'>): Promise<void> {
  const file = restoreJournalOf(dataFolder);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  throw waybillError('WAYBILL_BACKUP_RESTORE_UNFINISHED', { dataFolder, file, backup: backupIn(text) });
}

function backupIn(text: string): string {
  try {
    return String((JSON.parse(text) as { backup?: unknown }).backup);
  } catch {
    return 'a backup';
  }
}
