import { HandleEmptyInListsPlugin, type Kysely, replaceWithNoncontingentExpression } from 'kysely';
import { type AuditQueue, createAuditQueue } from './audit-queue.ts';
import type { LedgerTables } from './tables.ts';

/** What every group of the ledger works with: the database or a transaction of it, and the clock. */
export interface StoreParts {
  readonly db: Kysely<LedgerTables>;
  readonly kind: 'sqlite' | 'postgres';
  /** The present time as ISO 8601, UTC. */
  readonly nowUtc: () => string;
}

/** The parts inside a transaction, with what is to be appended to the audit trail at its end. */
export interface TransactionParts extends StoreParts {
  readonly audit: AuditQueue;
}

/** PostgreSQL has no `in ()`; a filter with an empty list finds nothing in either database. */
export const emptyListsMatchNothing = new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression });

/**
 * Runs `work` in a transaction: in the one that `parts` already belong to, or in a new one. What it gave to the audit
 * trail is appended last of all, just before the commit: the head of the trail is the one row that all writers need, so
 * whoever holds it must wait for nobody.
 */
export async function inTransaction<T>(parts: StoreParts, work: (inside: TransactionParts) => Promise<T>): Promise<T> {
  if (isInside(parts)) return work(parts);
  return parts.db.transaction().execute(async (db) => {
    const inside = { ...parts, db, audit: createAuditQueue() };
    const result = await work(inside);
    await inside.audit.append(inside);
    return result;
  });
}

function isInside(parts: StoreParts): parts is TransactionParts {
  return 'audit' in parts;
}
