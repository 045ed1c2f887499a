import { fold, type PropertyRow } from './app-facts.ts';
import type { PropertyNames } from './property-request.ts';

export type CleanUp = 'unpublish' | 'strip' | 'nothing';

/**
 * What happens to the source app at the end. Unpublishing returns it to its owner as an unpublished copy; where it
 * stays published, the consumed properties are stripped, so that the next approval is a new one.
 */
export function cleanUpFor(
  verdict: 'approve' | 'deny' | 'reload',
  setting: 'always' | 'byProperty' | 'never',
  unpublishAsked: boolean,
): CleanUp {
  if (verdict === 'reload') return 'nothing';
  if (setting === 'always' || (setting === 'byProperty' && unpublishAsked)) return 'unpublish';
  return 'strip';
}

/** A row as a decision consumed it: by definition and value, so that renewed row ids do not matter. */
export interface ConsumedRow {
  readonly name: string;
  readonly value: string;
}

/** The rows a decision over these names consumes; the reload property is standing and never consumed. */
export function consumedRows(rows: readonly PropertyRow[], names: PropertyNames): ConsumedRow[] {
  const consumed = [names.server, names.stream, names.approval, names.unpublish, names.versioning].map(fold);
  return rows.filter((row) => consumed.includes(fold(row.name))).map((row) => ({ name: row.name, value: row.value }));
}

export function isConsumed(row: { name: string; value: string }, consumed: readonly ConsumedRow[]): boolean {
  return consumed.some((one) => fold(one.name) === fold(row.name) && one.value.trim() === row.value.trim());
}

/**
 * Whether the request is what it was at the decision. Taking a row away decides as well: a denial that stood beside an
 * approval, or a target that nobody knows.
 */
export function standsAsConsumed(
  rows: readonly ConsumedRow[],
  names: PropertyNames,
  consumed: readonly ConsumedRow[],
): boolean {
  return unconsumedRows(rows, names, consumed).length === 0 && unconsumedRows(consumed, names, rows).length === 0;
}

/** Rows of the request that came after the decision: somebody wants something more, so the source must stay. */
export function unconsumedRows<Row extends ConsumedRow>(
  rows: readonly Row[],
  names: PropertyNames,
  consumed: readonly ConsumedRow[],
): Row[] {
  const ours = [names.server, names.stream, names.approval].map(fold);
  return rows.filter((row) => ours.includes(fold(row.name)) && !isConsumed(row, consumed));
}
