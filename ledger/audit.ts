import { setImmediate } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { type AuditHead, FIRST_PREVIOUS_HASH, hashOfEntry } from './audit-chain.ts';
import type { AuditEntry } from './audit-entry.ts';
import type { AuditKind } from './audit-kinds.ts';
import { type AuditFilter, auditQuery } from './audit-query.ts';
import { fromJson } from './columns.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { AuditTable } from './tables.ts';

/** One entry of the audit trail. Times are UTC; what an entry has not is `undefined`. */
export interface AuditRow {
  /** 1, 2, 3 and so on in the order of writing, without gaps. */
  readonly n: number;
  readonly atUtc: string;
  readonly kind: AuditKind;
  readonly type: string;
  /** The step's name, of what is also a record. */
  readonly seq?: string;
  readonly account?: string;
  readonly door?: string;
  /** Nobody proved the account's name. */
  readonly asserted?: boolean;
  /** Where it happened. `*`: at every site. */
  readonly site?: string;
  /** The app that is promoted. */
  readonly appId?: string;
  readonly appName?: string;
  /** The app that it happened to, where that is another one. */
  readonly targetAppId?: string;
  readonly promotionKey?: string;
  readonly facts: unknown;
  readonly hash: string;
}

/** What ties an entry to the one before it. */
export interface AuditLink {
  readonly n: number;
  readonly atUtc: string;
  readonly type: string;
  readonly previousHash: string;
  readonly hash: string;
  /** The hash that fits what stands in the entry now. */
  readonly fittingHash: string;
}

export interface Audit {
  /**
   * Appends an entry to the audit trail. Not safe to repeat: write it in the transaction of what it tells of, which is.
   * Inside one it is read after the commit only.
   */
  appendAudit(entry: AuditEntry): Promise<void>;
  /** A page of the audit trail. */
  listAudit(filter?: AuditFilter): Promise<AuditRow[]>;
  /** Number and hash of the last entry, as written down beside the chain; `undefined` when that was taken away. */
  auditHead(): Promise<AuditHead | undefined>;
  /** Up to `limit` entries after number `afterN` (none: from the lowest there is), for those who verify the chain. */
  auditLinks(page: { readonly afterN?: number; readonly limit: number }): Promise<AuditLink[]>;
}

export { type AuditFilter, FIRST_PREVIOUS_HASH };

/** Makes the audit group over a database or a transaction. The database itself refuses to change or delete an entry. */
export function createAudit(parts: StoreParts): Audit {
  const { db } = parts;
  return {
    appendAudit: (entry) => inTransaction(parts, async ({ audit }) => audit.add(entry)),

    async listAudit(filter = {}) {
      return (await (await auditQuery(parts, filter)).execute()).map(toAuditRow);
    },

    async auditHead() {
      return db.selectFrom('audit_head').select(['n', 'hash']).executeTakeFirst();
    },

    async auditLinks({ afterN, limit }) {
      const rows = await db
        .selectFrom('audit')
        .selectAll()
        .$if(afterN !== undefined, (query) => query.where('n', '>', afterN ?? 0))
        .orderBy('n')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        n: row.n,
        atUtc: row.at_utc,
        type: row.type,
        previousHash: row.previous_hash,
        hash: row.hash,
        fittingHash: hashOfEntry(row),
      }));
    },
  };
}

const PAGE = 500;

/** Every entry that fits, oldest first, read page by page: for exports, in constant memory. */
export async function* auditRows(
  ledger: Pick<Audit, 'listAudit'>,
  filter: Omit<AuditFilter, 'order' | 'limit'> = {},
): AsyncGenerator<AuditRow> {
  let { afterN } = filter;
  for (;;) {
    const page = await ledger.listAudit({ ...filter, afterN, order: 'oldest', limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    // SQLite answers at once: without a turn of their own, all others of this process would wait for the end.
    await setImmediate();
    afterN = page.at(-1)?.n;
  }
}

function toAuditRow(row: Selectable<AuditTable>): AuditRow {
  return {
    n: row.n,
    atUtc: row.at_utc,
    kind: row.kind,
    type: row.type,
    seq: row.seq ?? undefined,
    account: row.account ?? undefined,
    door: row.door ?? undefined,
    asserted: row.asserted === null ? undefined : row.asserted === 1,
    site: row.site ?? undefined,
    appId: row.app_id ?? undefined,
    appName: row.app_name ?? undefined,
    targetAppId: row.target_app_id ?? undefined,
    promotionKey: row.promotion_key ?? undefined,
    facts: fromJson(row.facts),
    hash: row.hash,
  };
}
