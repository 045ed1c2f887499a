import type { PropertyRow } from './app-facts.ts';

/**
 * The rows of an app with the author and the date that each had when it was first seen; `before` are those of the
 * last look, as this gave them.
 *
 * Whether QRS makes all rows anew when somebody saves an app is not known (QRS facts, section 2). Where it does, every
 * save would turn its author into the approver. So rows that are all new at once are what they were before, and only a
 * row that is new while others were kept was set by whoever it says.
 */
export function asFirstSeen(rows: readonly PropertyRow[], before: readonly PropertyRow[]): PropertyRow[] {
  const knownIds = new Set(before.map((row) => row.id));
  const isRenewed = !rows.some((row) => knownIds.has(row.id));
  return rows.map((row) => {
    const old = before.find(
      (one) => (isRenewed || one.id === row.id) && one.name === row.name && one.value === row.value,
    );
    return old ? { ...row, modifiedUtc: old.modifiedUtc, modifiedBy: old.modifiedBy } : row;
  });
}
