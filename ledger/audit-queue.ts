import type { Kysely } from 'kysely';
import { type AuditHead, chained, type UnchainedRow } from './audit-chain.ts';
import { type AuditEntry, type PromotedApp, rowOfEntry } from './audit-entry.ts';
import type { StoreParts } from './store.ts';
import type { AuditTable, LedgerTables } from './tables.ts';

/** What a transaction is to append to the audit trail. */
export interface AuditQueue {
  add(entry: AuditEntry): void;
  /** Appends what was added, in that order; nothing else may follow in the transaction. */
  append(parts: StoreParts): Promise<void>;
}

/** Makes the queue of one transaction. */
export function createAuditQueue(): AuditQueue {
  const entries: AuditEntry[] = [];
  return {
    add: (entry) => void entries.push(entry),
    async append({ db, kind }) {
      if (entries.length === 0) return;
      const apps = await promotedApps(db, entries);
      const rows: UnchainedRow[] = [];
      for (const entry of entries)
        rows.push(rowOfEntry(entry, apps.get(entry.promotionKey ?? '') ?? (await knownApp(db, entry))));
      await appendRows(db, chained(await lockHead(db, kind), rows));
    },
  };
}

/** As many as fit the parameters of one statement in either database. */
const ROWS_PER_STATEMENT = 500;

/** Writes entries that follow the head, and moves it to the last of them. */
export async function appendRows(db: Kysely<LedgerTables>, rows: readonly AuditTable[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await db
      .insertInto('audit')
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .execute();
  }
  const last = rows.at(-1);
  if (last) await db.updateTable('audit_head').set({ n: last.n, hash: last.hash }).execute();
}

/** The head, which no other transaction gets until this one ends. In SQLite the transaction has the whole file. */
async function lockHead(db: Kysely<LedgerTables>, kind: StoreParts['kind']): Promise<AuditHead> {
  const head = await db
    .selectFrom('audit_head')
    .select(['n', 'hash'])
    .$if(kind === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
  if (!head) throw new Error('the table audit_head lost its row; restore the ledger from a backup');
  return head;
}

/** The apps of the promotions that are named, as far as the ledger knows them. */
async function promotedApps(
  db: Kysely<LedgerTables>,
  entries: readonly AuditEntry[],
): Promise<Map<string, PromotedApp>> {
  const keys = [...new Set(entries.flatMap(({ promotionKey }) => promotionKey ?? []))];
  if (keys.length === 0) return new Map();
  const rows = await db
    .selectFrom('promotions')
    .select(['promotion_key', 'app_id', 'app_name'])
    .where('promotion_key', 'in', keys)
    .execute();
  return new Map(rows.map((row) => [row.promotion_key, { appId: row.app_id, appName: row.app_name }]));
}

/** An app outside a promotion, such as that of a decision which was refused: as it waits, or was promoted, or not at all. */
export async function knownApp(
  db: Kysely<LedgerTables>,
  { site, appId, appName }: AuditEntry,
): Promise<PromotedApp | undefined> {
  if (site === undefined || appId === undefined || appName !== undefined) return undefined;
  const waiting = await db
    .selectFrom('awaiting')
    .select('app_name')
    .where('site', '=', site)
    .where('app_id', '=', appId)
    .executeTakeFirst();
  const promoted = db.selectFrom('promotions').select('app_name').where('site', '=', site).where('app_id', '=', appId);
  const known = waiting ?? (await promoted.orderBy('started_at_utc', 'desc').limit(1).executeTakeFirst());
  return known && { appId, appName: known.app_name };
}
