import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { whileBusy } from '../common/busy-files.ts';
import { restoreJournalOf } from '../common/restore-journal.ts';
import type { RestorePart, Store } from './restore-plan.ts';

/** How far a restore is. It stands on disk before the first change, and until the last. */
export interface RestoreJournal {
  readonly backup: string;
  readonly madeAtUtc: string;
  readonly startedAtUtc: string;
  /** What it was begun for; a repeat goes on with these. */
  readonly parts: readonly RestorePart[];
  /** Stores of which nothing stands any more but what this restore put there. */
  readonly aside: readonly Store['part'][];
  readonly done: readonly Store['part'][];
}

/** The journal of a restore that has not ended; undefined when there is none. */
export async function readJournal(dataFolder: string): Promise<RestoreJournal | undefined> {
  const text = await readFile(restoreJournalOf(dataFolder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return text === undefined ? undefined : (JSON.parse(text) as RestoreJournal);
}

/** Writes the journal, whole or not at all, and gives it back. @throws file errors */
export async function writeJournal(dataFolder: string, journal: RestoreJournal): Promise<RestoreJournal> {
  const file = restoreJournalOf(dataFolder);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify(journal)}\n`, { mode: 0o600, flush: true });
  await whileBusy(() => rename(`${file}.new`, file));
  return journal;
}

/** The restore has ended. */
export async function endJournal(dataFolder: string): Promise<void> {
  await whileBusy(() => rm(restoreJournalOf(dataFolder), { force: true }));
}
