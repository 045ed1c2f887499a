import path from 'node:path';

/** Where a restore notes how far it is; while the file stands, the folder holds only a part of a backup. */
export function restoreJournalOf(dataFolder: string): string {
  return path.join(dataFolder, 'restore-under-way.json');
}
