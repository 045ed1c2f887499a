import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { CompiledQuery, type DatabaseConnection, Kysely, SqliteAdapter, SqliteDialect, SqliteDriver } from 'kysely';
import type { LedgerTables } from './tables.ts';

/** How long a call waits for another process that writes. SQLite waits inside the call: the process stands still. */
const busyTimeoutMs = 10_000;

export interface SqliteStore {
  readonly db: Kysely<LedgerTables>;
  readonly database: DatabaseSync;
}

/**
 * The ledger's file, opened or made, with its folder. Several processes on one host may have it open (WAL); it must
 * not stand on a network share, where SQLite's locks do not hold.
 */
export async function openSqlite(file: string): Promise<SqliteStore> {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    await switchToWal(database);
    database.exec('pragma synchronous = normal');
  } catch (error) {
    database.close();
    throw error;
  }
  return { db: new Kysely<LedgerTables>({ dialect: new LedgerSqliteDialect(database) }), database };
}

/** The first switch of a new file needs it alone, and SQLite then fails at once instead of waiting. */
async function switchToWal(database: DatabaseSync): Promise<void> {
  const deadline = Date.now() + busyTimeoutMs;
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      const isBusy = ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
      if (!isBusy || Date.now() > deadline) throw error;
      await delay(20);
    }
  }
}

class LedgerSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapt(database) });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver({ database: adapt(this.#database) });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalDdlAdapter();
  }
}

/** A transaction takes the write lock when it begins: one that turns to writing later may fail without waiting. */
class ImmediateSqliteDriver extends SqliteDriver {
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

/** `node:sqlite` in the shape that Kysely's dialect expects. */
function adapt(database: DatabaseSync) {
  return {
    close: () => database.close(),
    prepare(text: string) {
      const statement = database.prepare(text);
      return {
        reader: statement.columns().length > 0,
        all: (values: readonly unknown[]) => statement.all(...(values as Values)),
        run: (values: readonly unknown[]) => statement.run(...(values as Values)),
        iterate: (values: readonly unknown[]) => statement.iterate(...(values as Values)),
      };
    },
  };
}
