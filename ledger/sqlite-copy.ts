import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import pRetry from 'p-retry';
import { waybillError } from '../common/errors/catalogue.ts';
import type { LedgerTables } from './tables.ts';

const heldFileCodes = new Set(['EPERM', 'EBUSY', 'EACCES']);

/**
 * Writes a copy of a SQLite ledger, as of one moment, under a temporary name and gives it its own when it is whole.
 * Safe to repeat. Throws WAYBILL_LEDGER_BACKUP_EXISTS.
 */
export async function copySqlite(db: Kysely<LedgerTables>, toFile: string): Promise<void> {
  if (existsSync(toFile)) throw waybillError('WAYBILL_LEDGER_BACKUP_EXISTS', { file: toFile });
  const partial = `${toFile}.partial`;
  await rm(partial, { force: true });
  // SQLite takes an empty file as it is, with its mode.
  await writeFile(partial, '', { mode: 0o600, flag: 'wx' });
  await sql`vacuum into ${partial}`.execute(db);
  await renameHeldFile(partial, toFile);
}

/** On Windows a virus scanner holds a new file for a moment. */
async function renameHeldFile(from: string, to: string): Promise<void> {
  await pRetry(() => rename(from, to), {
    retries: 8,
    minTimeout: 50,
    maxTimeout: 2000,
    shouldRetry: ({ error }) => heldFileCodes.has((error as NodeJS.ErrnoException).code ?? ''),
  });
}
