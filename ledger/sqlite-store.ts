import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, type DatabaseConnection, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import { LRUCache } from 'lru-cache';
import { patientConnection, whileBusy } from './sqlite-patience.ts';
import { emptyListsMatchNothing } from './store.ts';
import type { LedgerTables } from './tables.ts';

/**
 * The ledger's file, opened or made, with its folder. Several processes on one host may have it open (WAL); it must
 * not stand on a network share, where SQLite's locks do not hold. `busyTimeoutMs`: how long a call waits for another
 * process that writes. Power loss may take the last moments before it (`synchronous = normal`), never the whole.
 */
export async function openSqlite(file: string, busyTimeoutMs: number): Promise<Kysely<LedgerTables>> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives the files beside it (WAL) the mode of this one.
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    await whileBusy(busyTimeoutMs, () => database.exec('pragma journal_mode = wal'));
    database.exec('pragma synchronous = normal');
  } catch (error) {
    database.close();
    throw error;
  }
  const dialect = new LedgerSqliteDialect(database, busyTimeoutMs);
  return new Kysely<LedgerTables>({ dialect, plugins: [emptyListsMatchNothing] });
}

class LedgerSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;
  readonly #busyTimeoutMs: number;

  constructor(database: DatabaseSync, busyTimeoutMs: number) {
    super({ database: adapt(database) });
    this.#database = database;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override createDriver(): SqliteDriver {
    return new LedgerSqliteDriver(this.#database, this.#busyTimeoutMs);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

class LedgerSqliteDriver extends SqliteDriver {
  readonly #busyTimeoutMs: number;

  constructor(database: DatabaseSync, busyTimeoutMs: number) {
    super({ database: adapt(database) });
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return patientConnection(await super.acquireConnection(), this.#busyTimeoutMs);
  }

  /** Takes the write lock at once: a transaction that turns to writing later may fail without any waiting. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Kysely holds SQLite for unable to change a schema in a transaction. It is able, and migrations rely on it. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

type Values = readonly (string | number | bigint | null)[];

/** The ledger's statements are a few dozen texts; preparing one takes longer than carrying it out. */
const KEPT_STATEMENTS = 200;

/** `node:sqlite` in the shape that Kysely's dialect expects. */
function adapt(database: DatabaseSync) {
  const kept = new LRUCache<string, ReturnType<typeof prepared>>({ max: KEPT_STATEMENTS });
  return {
    close: () => database.close(),
    prepare(text: string) {
      const known = kept.get(text);
      if (known) return known;
      const statement = prepared(database, text);
      kept.set(text, statement);
      return statement;
    },
  };
}

/** A statement that may be carried out again and again; SQLite itself prepares it anew when the schema changes. */
function prepared(database: DatabaseSync, text: string) {
  const statement = database.prepare(text);
  return {
    reader: statement.columns().length > 0,
    all: (values: readonly unknown[]) => statement.all(...(values as Values)),
    run: (values: readonly unknown[]) => statement.run(...(values as Values)),
    // One of its own: while its rows are read, the kept one must be free for others.
    iterate: (values: readonly unknown[]) => database.prepare(text).iterate(...(values as Values)),
  };
}
