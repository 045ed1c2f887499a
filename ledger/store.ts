import { HandleEmptyInListsPlugin, type Kysely, replaceWithNoncontingentExpression } from 'kysely';
import type { LedgerTables } from './tables.ts';

/** What every group of the ledger works with: the database or a transaction of it, and the clock. */
export interface StoreParts {
  readonly db: Kysely<LedgerTables>;
  /** The present time as ISO 8601, UTC. */
  readonly nowUtc: () => string;
}

/** PostgreSQL has no `in ()`; a filter with an empty list finds nothing in either database. */
export const emptyListsMatchNothing = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });

/** Runs `work` in a transaction: in the one that `db` already is, or in a new one. */
export async function inTransaction<T>(
  db: Kysely<LedgerTables>,
  work: (tx: Kysely<LedgerTables>) => Promise<T>,
): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}
