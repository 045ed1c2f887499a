import { fold, type PropertyRow } from './app-facts.ts';

/** What a site may take to write the rows of one save. */
const ONE_SAVE_MS = 1000;

/**
 * The rows of an app with the author and the date that each had when it was first seen; `before` are those of the
 * last look, as this gave them.
 *
 * Whether QRS makes all rows anew when somebody saves an app is not known (QRS facts, section 2). Where it does, every
 * save would turn its author into the approver. So rows that are all new at once are what they were before, if one save
 * can have made them all; a row that is new while others were kept, by that save or by one that nobody looked at, was
 * set by whoever it says.
 */
export function asFirstSeen(rows: readonly PropertyRow[], before: readonly PropertyRow[]): PropertyRow[] {
  const knownIds = new Set(before.map((row) => row.id));
  const isRenewed = !rows.some((row) => knownIds.has(row.id)) && areOfOneSave(rows);
  return rows.map((row) => {
    const old = before.find(
      (one) => (isRenewed || one.id === row.id) && one.name === row.name && one.value === row.value,
    );
    return old ? { ...row, modifiedUtc: old.modifiedUtc, modifiedBy: old.modifiedBy } : row;
  });
}

/** Whether one person can have written all of them at one time. */
function areOfOneSave(rows: readonly PropertyRow[]): boolean {
  const times = rows.map((row) => Date.parse(row.modifiedUtc));
  const authors = new Set(rows.map((row) => fold(row.modifiedBy)));
  return authors.size <= 1 && Math.max(...times) - Math.min(...times) <= ONE_SAVE_MS;
}
