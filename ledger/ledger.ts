import { type Kysely, sql } from 'kysely';
import { waybillError } from '../common/errors/catalogue.ts';
import { type AlertSends, createAlertSends } from './alert-sends.ts';
import { createPromotedApps, type PromotedApps } from './apps.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { type Audit, createAudit } from './audit.ts';
import { type AwaitingApps, createAwaiting } from './awaiting.ts';
import { type Backups, createBackups } from './backups.ts';
import { type Claims, createClaims } from './claims.ts';
import { type ConsoleLinks, createConsoleLinks } from './console-links.ts';
import { type ConsolePeople, createConsolePeople } from './console-people.ts';
import { type Counts, createCounts } from './counts.ts';
import { createDecisions, type Decisions } from './decisions.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import { createFigures, type Figures } from './figures.ts';
import { ledgerFailure } from './failures.ts';
import { createGuard } from './guard.ts';
import { createMails, type Mails } from './mails.ts';
import { createMemories, type Memories } from './memories.ts';
import { migrate } from './migrate.ts';
import { allMigrations } from './migrations/all.ts';
import { postgresWords, sqliteWords } from './migrations/dialect-words.ts';
import { createNews, type News } from './news.ts';
import { openPostgres, placeOfUrl } from './postgres-store.ts';
import { createOverwriteLocks, type OverwriteLocks } from './overwrite-locks.ts';
import { createPauses, type Pauses } from './pauses.ts';
import { createProcesses, type Processes } from './processes.ts';
import { createPromotions, type Promotions } from './promotions.ts';
import { createRecords, type Records } from './records.ts';
import { copySqlite } from './sqlite-copy.ts';
import { openSqlite } from './sqlite-store.ts';
import { createReloadFailures, type ReloadFailures } from './reload-failures.ts';
import { createSettingsVersions, type SettingsVersions } from './settings-versions.ts';
import { createReloadSearches, type ReloadSearches } from './reload-search.ts';
import { createStagings, type Stagings } from './stagings.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { LedgerTables } from './tables.ts';
import { createTroubles, type Troubles } from './troubles.ts';

/** Where the ledger is. */
export type LedgerPlace =
  | {
      readonly kind: 'sqlite';
      /** Made when it is not there, with its folder. On a disk of this host. */
      readonly file: string;
      /** Milliseconds that a call waits for another process that writes. Default 10,000. */
      readonly busyTimeoutMs?: number;
    }
  | {
      readonly kind: 'postgres';
      /** `postgres://user:password@host:port/database`. */
      readonly url: string;
      /** PEM file of the authority that issued the server's certificate; given, the connection is encrypted. */
      readonly ca?: string;
    };

export type LedgerOptions = LedgerPlace & {
  /** The ledger's clock, for tests. Default: this host's. */
  readonly now?: () => Date;
};

/** What can be asked of the ledger, in a transaction of it as well. Times are ISO 8601, UTC, with milliseconds. */
export interface LedgerStore
  extends Claims,
    Promotions,
    Decisions,
    Records,
    AwaitingApps,
    Deliveries,
    Troubles,
    Stagings,
    Memories,
    Attempts,
    Backups,
    OverwriteLocks,
    Mails,
    ReloadFailures,
    AlertSends,
    ReloadSearches,
    Pauses,
    Audit,
    ConsolePeople,
    ConsoleLinks,
    Processes,
    SettingsVersions,
    News,
    Counts,
    Figures,
    PromotedApps {}

/**
 * The store of claims, records and attempts. Every method may throw WAYBILL_LEDGER_UNREACHABLE, _LOCKED, _FULL,
 * _REFUSED, _DAMAGED, _WRITE_REFUSED, _FAILED, and _CLOSED after `close`.
 */
export interface Ledger extends LedgerStore {
  readonly kind: LedgerPlace['kind'];
  /** The file, or `host:port/database`: fit for messages. */
  readonly place: string;
  /**
   * What `work` returns, after everything that it wrote through `store` was written together; nothing was, when it
   * throws. Keep it short: in SQLite all other writers wait. Inside, only `store` may be used.
   */
  withTransaction<T>(work: (store: LedgerStore) => Promise<T>): Promise<T>;
  /** Resolves when the ledger answers. */
  ping(): Promise<void>;
  /**
   * Writes a whole copy of a SQLite ledger, as of one moment, to a file that must not exist; others may go on
   * writing. This process stands still meanwhile. Throws WAYBILL_LEDGER_BACKUP_EXISTS,
   * WAYBILL_LEDGER_BACKUP_BY_DATABASE.
   */
  backup(toFile: string): Promise<void>;
  /** Ends the connections; every later call throws WAYBILL_LEDGER_CLOSED. Safe to repeat. */
  close(): Promise<void>;
}

const defaultBusyTimeoutMs = 10_000;

/**
 * The ledger, made or brought to this program's schema where needed; many processes may do so at the same time.
 * Throws WAYBILL_LEDGER_UNREACHABLE, _LOCKED, _REFUSED, _DAMAGED, _NEWER_SCHEMA, _MIGRATION_FAILED, _URL_INVALID.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const place = options.kind === 'sqlite' ? options.file : placeOfUrl(options.url);
  try {
    const db =
      options.kind === 'sqlite'
        ? await openSqlite(options.file, options.busyTimeoutMs ?? defaultBusyTimeoutMs)
        : openPostgres(options);
    try {
      const migrations = allMigrations(options.kind === 'sqlite' ? sqliteWords : postgresWords);
      await migrate(db, { place, kind: options.kind, migrations });
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return createLedger(db, { kind: options.kind, place, now: options.now ?? (() => new Date()) });
  } catch (error) {
    throw ledgerFailure(error, place, 'open');
  }
}

interface LedgerFacts {
  readonly kind: LedgerPlace['kind'];
  readonly place: string;
  readonly now: () => Date;
}

function createLedger(db: Kysely<LedgerTables>, { kind, place, now }: LedgerFacts): Ledger {
  const parts: StoreParts = { db, kind, nowUtc: () => now().toISOString() };
  const guard = createGuard(place);
  let ended: Promise<void> | undefined;

  const whole = {
    withTransaction: <T>(work: (store: LedgerStore) => Promise<T>) =>
      inTransaction(parts, (inside) => guard.runInside(() => work(guard.wrap(createStore(inside), true)))),
    async ping() {
      await sql`select 1`.execute(db);
    },
    async backup(toFile: string) {
      if (kind !== 'sqlite') throw waybillError('WAYBILL_LEDGER_BACKUP_BY_DATABASE', { place });
      await copySqlite(db, toFile);
    },
  };

  return {
    kind,
    place,
    ...guard.wrap({ ...createStore(parts), ...whole }),
    close() {
      guard.close();
      ended ??= db.destroy();
      return ended;
    },
  };
}

function createStore(parts: StoreParts): LedgerStore {
  return {
    ...createClaims(parts),
    ...createPromotions(parts),
    ...createDecisions(parts),
    ...createRecords(parts),
    ...createAwaiting(parts),
    ...createDeliveries(parts),
    ...createTroubles(parts),
    ...createStagings(parts),
    ...createMemories(parts),
    ...createAttempts(parts),
    ...createBackups(parts),
    ...createOverwriteLocks(parts),
    ...createMails(parts),
    ...createReloadFailures(parts),
    ...createAlertSends(parts),
    ...createReloadSearches(parts),
    ...createPauses(parts),
    ...createAudit(parts),
    ...createConsolePeople(parts),
    ...createConsoleLinks(parts),
    ...createProcesses(parts),
    ...createSettingsVersions(parts),
    ...createNews(parts),
    ...createCounts(parts),
    ...createFigures(parts),
    ...createPromotedApps(parts),
  };
}
