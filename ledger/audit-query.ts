import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { AuditKind } from './audit-kinds.ts';
import { searchFor } from './audit-search.ts';
import type { StoreParts } from './store.ts';
import type { AuditTable, LedgerTables } from './tables.ts';

/** Which entries; all that is given must hold. */
export interface AuditFilter {
  /** Where it happened. */
  readonly site?: string;
  /** The app that is promoted, or one at a target. */
  readonly appId?: string;
  /** Who did it; capital letters do not count. */
  readonly account?: string;
  readonly kinds?: readonly AuditKind[];
  readonly types?: readonly string[];
  readonly promotionKey?: string;
  /** At or after this time. */
  readonly fromUtc?: string;
  /** Before this time. */
  readonly toUtc?: string;
  /** Found anywhere in names, ids, the account or the texts of the facts, in any case of letters. */
  readonly text?: string;
  /** Only entries with a lower number: the next page of newest first. */
  readonly beforeN?: number;
  /** Only entries with a higher number: the next page of oldest first. */
  readonly afterN?: number;
  /** Default `newest` first. */
  readonly order?: 'newest' | 'oldest';
  /** Default 100. */
  readonly limit?: number;
}

type AuditQuery = SelectQueryBuilder<LedgerTables, 'audit', AuditTable>;

/** The question to the database that a filter means. */
export async function auditQuery(parts: StoreParts, filter: AuditFilter): Promise<AuditQuery> {
  const { text, fromUtc, toUtc, beforeN, afterN, order = 'newest', limit = 100 } = filter;
  const search = text ? await searchFor(parts, text) : undefined;
  let query: AuditQuery = parts.db.selectFrom('audit').selectAll('audit');
  let n: RawBuilder<number> = sql<number>`audit.n`;
  if (search?.by === 'text-table') {
    // The index gives numbers in order, as long as order and bounds are asked of itself.
    query = query.innerJoin(sql`audit_text`.as('found'), (join) =>
      join.on(sql`found.rowid`, '=', sql`audit.n`),
    ) as never;
    query = query.where(sql<boolean>`found.audit_text match ${search.phrase}`);
    n = sql<number>`found.rowid`;
  }
  if (search?.by === 'condition') query = query.where(search.condition);
  if (beforeN !== undefined) query = query.where(n, '<', beforeN);
  if (afterN !== undefined) query = query.where(n, '>', afterN);
  if (fromUtc !== undefined || toUtc !== undefined) {
    // Entries stand nearly in the order of time: between the first and the last of a time there are few others. Without
    // these bounds all of a long time would be sorted by number, or all that came since be read.
    query = query.where(n, '>=', numberInTime(parts.db, 'min', filter));
    query = query.where(n, '<=', numberInTime(parts.db, 'max', filter));
  }
  return narrowed(query, filter)
    .orderBy(n, order === 'newest' ? 'desc' : 'asc')
    .limit(limit);
}

function narrowed(query: AuditQuery, filter: AuditFilter): AuditQuery {
  const { site, appId, account, kinds, types, promotionKey, fromUtc, toUtc } = filter;
  let narrow = query;
  if (site !== undefined) narrow = narrow.where('audit.site', '=', site);
  if (appId !== undefined)
    narrow = narrow.where((where) =>
      where.or([where('audit.app_id', '=', appId), where('audit.target_app_id', '=', appId)]),
    );
  if (account !== undefined) narrow = narrow.where(sql`lower(audit.account)`, '=', lowerAscii(account));
  if (kinds !== undefined) narrow = narrow.where('audit.kind', 'in', kinds);
  if (types !== undefined) narrow = narrow.where('audit.type', 'in', types);
  if (promotionKey !== undefined) narrow = narrow.where('audit.promotion_key', '=', promotionKey);
  // An expression, so that the order by number is kept in place of the index by time.
  const atUtc = sql<string>`audit.at_utc || ''`;
  if (fromUtc !== undefined) narrow = narrow.where(atUtc, '>=', fromUtc);
  if (toUtc !== undefined) narrow = narrow.where(atUtc, '<', toUtc);
  return narrow;
}

/** The lowest or highest number of the time that is asked for, from the index by time. */
function numberInTime(db: StoreParts['db'], which: 'min' | 'max', { fromUtc, toUtc }: AuditFilter) {
  let timed = db.selectFrom('audit as timed');
  if (fromUtc !== undefined) timed = timed.where('timed.at_utc', '>=', fromUtc);
  if (toUtc !== undefined) timed = timed.where('timed.at_utc', '<', toUtc);
  return timed.select(sql<number>`${sql.raw(which)}(timed.n + 0)`.as('n'));
}

/** As both databases fold letters: those of ASCII only. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
