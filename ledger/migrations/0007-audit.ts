import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { type AuditHead, chained, FIRST_PREVIOUS_HASH, type UnchainedRow } from '../audit-chain.ts';
import { type AuditEntry, entryOfPause, entryOfRecord, entryOfResume, rowOfEntry } from '../audit-entry.ts';
import { appendRows, knownApp } from '../audit-queue.ts';
import { fromJson } from '../columns.ts';
import type { PausedBy } from '../pauses.ts';
import type { LedgerTables } from '../tables.ts';
import { type DialectWords, runStatements } from './dialect-words.ts';

/**
 * The audit trail: a chain of entries by their hashes, and its head. What the ledger has recorded until then is chained in
 * the order of its time; indexes come afterwards, as that is many times faster.
 */
export function auditTrail(words: DialectWords): Migration {
  return {
    async up(db) {
      await runStatements(db, [...words.longWork, ...tables(words)]);
      await chainWhatStands(db as Kysely<LedgerTables>);
      await runStatements(db, [
        ...indexes(),
        ...words.searchable('audit', 'n', 'search'),
        ...words.appendOnly('audit'),
      ]);
      await runStatements(db, words.wellKnown('audit'));
    },
  };
}

function tables({ text, bigint, wholeKey, tableEnd }: DialectWords): string[] {
  return [
    `create table audit (
       n ${wholeKey},
       at_utc ${text} not null,
       kind ${text} not null,
       type ${text} not null,
       seq ${text},
       account ${text},
       door ${text},
       asserted integer,
       site ${text},
       app_id ${text},
       app_name ${text},
       target_app_id ${text},
       promotion_key ${text},
       facts ${text} not null,
       search ${text} not null,
       previous_hash ${text} not null,
       hash ${text} not null
     ) ${tableEnd}`,
    `create table audit_head (
       one integer not null primary key default 1 check (one = 1),
       n ${bigint} not null,
       hash ${text} not null
     ) ${tableEnd}`,
    `insert into audit_head (n, hash) values (0, '${FIRST_PREVIOUS_HASH}')`,
  ];
}

/** Each ends with the number: entries are read in its order. */
function indexes(): string[] {
  return [
    'create index audit_by_time on audit (at_utc, n)',
    'create index audit_of_kind on audit (kind, n)',
    'create index audit_of_type on audit (type, n)',
    'create index audit_of_site on audit (site, n)',
    'create index audit_of_account on audit (lower(account), n)',
    'create index audit_of_app on audit (app_id, n)',
    'create index audit_of_target_app on audit (target_app_id, n)',
    'create index audit_of_promotion on audit (promotion_key, n)',
  ];
}

interface Told {
  readonly entry: AuditEntry;
  readonly app?: { readonly appId: string; readonly appName: string };
}

/** Chains records and pauses in the order of their time, in constant memory but for the pauses, which are few. */
async function chainWhatStands(db: Kysely<LedgerTables>): Promise<void> {
  let head: AuditHead = { n: 0, hash: FIRST_PREVIOUS_HASH };
  const append = async (told: readonly Told[]): Promise<void> => {
    const entries: UnchainedRow[] = [];
    for (const { entry, app } of told) entries.push(rowOfEntry(entry, app ?? (await knownApp(db, entry))));
    const rows = chained(head, entries);
    head = rows.at(-1) ?? head;
    await appendRows(db, rows);
  };
  const pauses = await pausesOf(db);
  for await (const page of recordsOf(db)) {
    const last = page.at(-1)?.entry.atUtc ?? '';
    const until = pauses.findIndex(({ entry }) => entry.atUtc >= last);
    const between = pauses.splice(0, until < 0 ? pauses.length : until);
    await append(between.length === 0 ? page : [...between, ...page].toSorted(byTime));
  }
  await append(pauses);
}

const PAGE = 500;

async function* recordsOf(db: Kysely<LedgerTables>): AsyncGenerator<Told[]> {
  let after = { atUtc: '', id: 0 };
  for (;;) {
    const rows = await db
      .selectFrom('records')
      .leftJoin('promotions', 'promotions.promotion_key', 'records.promotion_key')
      .selectAll('records')
      .select(['promotions.app_id as promoted_id', 'promotions.app_name as promoted_name'])
      .where(sql<boolean>`(records.at_utc, records.id) > (${after.atUtc}, ${after.id})`)
      .orderBy('records.at_utc')
      .orderBy('records.id')
      .limit(PAGE)
      .execute();
    const last = rows.at(-1);
    if (!last) return;
    after = { atUtc: last.at_utc, id: last.id };
    yield rows.map((row) => ({
      entry: entryOfRecord({
        promotionKey: row.promotion_key,
        seq: row.seq,
        type: row.type,
        atUtc: row.at_utc,
        site: row.site ?? undefined,
        appId: row.app_id ?? undefined,
        facts: fromJson(row.facts),
      }),
      ...(row.promoted_id !== null && { app: { appId: row.promoted_id, appName: row.promoted_name ?? '' } }),
    }));
  }
}

/** What was paused and resumed, in the order of its time. */
async function pausesOf(db: Kysely<LedgerTables>): Promise<Told[]> {
  const rows = await db.selectFrom('pauses').selectAll().execute();
  const entries = rows.flatMap((row) => {
    const pause = {
      site: row.site,
      why: row.why,
      by: fromJson(row.paused_by) as PausedBy,
      sinceUtc: row.paused_at_utc,
    };
    const ended = row.resumed_at_utc === null ? undefined : row.resumed_at_utc;
    const resumed = ended ? [entryOfResume(pause, fromJson(row.resumed_by) as PausedBy, ended)] : [];
    return [entryOfPause(pause), ...resumed];
  });
  return entries.map((entry) => ({ entry })).toSorted(byTime);
}

function byTime(one: Told, other: Told): number {
  return one.entry.atUtc < other.entry.atUtc ? -1 : one.entry.atUtc > other.entry.atUtc ? 1 : 0;
}
