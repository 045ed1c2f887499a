import type { Selectable } from 'kysely';
import { entryOfRecord } from './audit-entry.ts';
import { fromJson, toJson } from './columns.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { RecordTable } from './tables.ts';

export interface RecordInput<Facts = unknown> {
  readonly promotionKey: string;
  /** The step's name, unique within the promotion: `decision`, `export`, `deliver/test/verified`. */
  readonly seq: string;
  readonly type: string;
  readonly atUtc: string;
  readonly site?: string;
  readonly appId?: string;
  /** What happened, for whoever asks later. No secrets. */
  readonly facts?: Facts;
}

export interface LedgerRecord<Facts = unknown> {
  /** Rises with every record of the ledger; gaps are no loss. */
  readonly id: number;
  readonly promotionKey: string;
  readonly seq: string;
  readonly type: string;
  readonly atUtc: string;
  readonly site?: string;
  readonly appId?: string;
  readonly facts: Facts;
}

export interface RecordFilter {
  readonly site?: string;
  readonly appId?: string;
  readonly types?: readonly string[];
  /** At or after this time. */
  readonly fromUtc?: string;
  /** Before this time. */
  readonly toUtc?: string;
  /** Only records with a greater id: the next page. */
  readonly afterId?: number;
  /** Default 1,000. */
  readonly limit?: number;
}

export interface Records {
  /**
   * Writes a record once, and its entry in the audit trail with it: `fresh` is false when (promotionKey, seq) stood
   * already, and then nothing changes.
   */
  record(input: RecordInput): Promise<{ fresh: boolean }>;
  /** The records of a promotion, in the order in which they were written. */
  recordsOf<Facts = unknown>(promotionKey: string): Promise<LedgerRecord<Facts>[]>;
  /** Records of all promotions, in the order in which they were written: the audit's view. */
  listRecords<Facts = unknown>(filter?: RecordFilter): Promise<LedgerRecord<Facts>[]>;
}

/** Makes the records group over a database or a transaction. The database itself refuses to change or delete one. */
export function createRecords(parts: StoreParts): Records {
  const { db } = parts;
  return {
    record: (input) =>
      inTransaction(parts, async ({ db: tx, audit }) => {
        const fresh = await insertRecord(tx, input);
        if (fresh) audit.add(entryOfRecord(input));
        return { fresh };
      }),

    async recordsOf<Facts>(promotionKey: string) {
      const rows = await db
        .selectFrom('records')
        .selectAll()
        .where('promotion_key', '=', promotionKey)
        .orderBy('id')
        .execute();
      return rows.map(toRecord<Facts>);
    },

    async listRecords<Facts>(filter: RecordFilter = {}) {
      const { site, appId, types, fromUtc, toUtc, afterId } = filter;
      let query = db.selectFrom('records').selectAll();
      if (site !== undefined) query = query.where('site', '=', site);
      if (appId !== undefined) query = query.where('app_id', '=', appId);
      if (types !== undefined) query = query.where('type', 'in', types);
      if (fromUtc !== undefined) query = query.where('at_utc', '>=', fromUtc);
      if (toUtc !== undefined) query = query.where('at_utc', '<', toUtc);
      if (afterId !== undefined) query = query.where('id', '>', afterId);
      const rows = await query
        .orderBy('id')
        .limit(filter.limit ?? 1000)
        .execute();
      return rows.map(toRecord<Facts>);
    },
  };
}

async function insertRecord(db: StoreParts['db'], input: RecordInput): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('records')
    .values({
      promotion_key: input.promotionKey,
      seq: input.seq,
      type: input.type,
      at_utc: input.atUtc,
      site: input.site ?? null,
      app_id: input.appId ?? null,
      facts: toJson(input.facts),
    })
    .onConflict((conflict) => conflict.columns(['promotion_key', 'seq']).doNothing())
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

function toRecord<Facts>(row: Selectable<RecordTable>): LedgerRecord<Facts> {
  return {
    id: row.id,
    promotionKey: row.promotion_key,
    seq: row.seq,
    type: row.type,
    atUtc: row.at_utc,
    site: row.site ?? undefined,
    appId: row.app_id ?? undefined,
    facts: fromJson(row.facts) as Facts,
  };
}
