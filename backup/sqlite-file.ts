import { existsSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { waybillError } from '../common/errors/catalogue.ts';

/** All pages in one step: a copy in several steps begins anew whenever another process writes in between. */
const ALL_PAGES = 2 ** 31 - 1;
const BUSY_TIMEOUT_MS = 10_000;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/**
 * Copies a SQLite database as of one moment, while others write to it, with SQLite's online backup: page by page, so
 * that what counts on row numbers (Temporal's text index does) finds them again, which VACUUM INTO does not promise. The
 * copy is one file without a log beside it, and SQLite has checked it. Safe to repeat with another `to`.
 * @throws WAYBILL_BACKUP_DATABASE_FAILED
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  try {
    const source = new DatabaseSync(from, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      await backup(source, to, { rate: ALL_PAGES });
    } finally {
      source.close();
    }
    check(to);
  } catch (cause) {
    throw waybillError(
      'WAYBILL_BACKUP_DATABASE_FAILED',
      { database: from, reason: (cause as Error).message },
      { cause },
    );
  }
}

function check(file: string): void {
  const copy = new DatabaseSync(file);
  try {
    copy.exec('pragma journal_mode = delete');
    const [row] = copy.prepare('pragma quick_check(1)').all();
    const found = String(Object.values(row ?? {})[0]);
    if (found !== 'ok') throw new Error(found);
  } finally {
    copy.close();
  }
}

/**
 * Whether any process has the database open, even one that does nothing with it: in WAL mode each holds a shared lock for
 * as long as it has the file open, so that nobody gets it alone (SQLite: "PRAGMA locking_mode"). A file that is no
 * database, or none at all, is not in use.
 */
export function isDatabaseInUse(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      database.exec('pragma locking_mode = exclusive; begin exclusive; rollback');
      return false;
    } finally {
      database.close();
    }
  } catch (error) {
    return [SQLITE_BUSY, SQLITE_LOCKED].includes((error as { errcode?: number }).errcode ?? 0);
  }
}
