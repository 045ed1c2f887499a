import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pRetry from 'p-retry';
import { waybillError } from '../common/errors/catalogue.ts';
import { ledgerFailure, reasonOf } from './failures.ts';
import type { LedgerTables } from './tables.ts';

const migrationTableName = 'waybill_migrations';

/** Where, and with which migrations, by name. */
export interface MigrationPlan {
  readonly place: string;
  readonly kind: 'sqlite' | 'postgres';
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Brings the schema up to date, once, however many processes try at the same time: in SQLite one transaction holds
 * the write lock, in PostgreSQL an advisory lock is held, and the others wait. All pending migrations happen or none. Safe to repeat.
 * Throws WAYBILL_LEDGER_NEWER_SCHEMA, WAYBILL_LEDGER_MIGRATION_FAILED and the errors of a database out of reach.
 */
export async function migrate(db: Kysely<LedgerTables>, plan: MigrationPlan): Promise<void> {
  await pRetry(() => migrateOnce(db, plan), {
    retries: longestMigrationMs / lookAgainMs,
    minTimeout: lookAgainMs,
    factor: 1,
    shouldRetry: ({ error }) => isHeld(error, plan),
  });
}

/** A migration of a large ledger takes minutes; the processes that wait for it look again and again. */
const longestMigrationMs = 15 * 60 * 1000;
const lookAgainMs = 1000;

function isHeld(error: unknown, { place }: MigrationPlan): boolean {
  return (ledgerFailure(error, place, 'migrate') as { code?: string }).code === 'WAYBILL_LEDGER_LOCKED';
}

async function migrateOnce(db: Kysely<LedgerTables>, plan: MigrationPlan): Promise<void> {
  const done = await migrationsDone(db);
  refuseNewer(done, plan);
  if (Object.keys(plan.migrations).every((name) => done.includes(name))) return;
  await (plan.kind === 'sqlite' ? db.transaction().execute((tx) => run(tx, plan)) : run(db, plan));
}

async function run(db: Kysely<LedgerTables>, plan: MigrationPlan): Promise<void> {
  refuseNewer(await migrationsDone(db), plan);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...plan.migrations }) },
    migrationTableName,
    migrationLockTableName: 'waybill_migration_lock',
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  refuseNewer(await migrationsDone(db).catch(() => []), plan);
  const failure = ledgerFailure(error, plan.place, 'migrate') as Error & { code?: string };
  if (failure.code !== 'WAYBILL_LEDGER_FAILED' && failure.code !== 'WAYBILL_LEDGER_WRITE_REFUSED') throw failure;
  throw waybillError(
    'WAYBILL_LEDGER_MIGRATION_FAILED',
    { place: plan.place, reason: reasonOf(error) },
    { cause: error },
  );
}

async function migrationsDone(db: Kysely<LedgerTables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === migrationTableName)) return [];
  const rows = await db
    .withTables<{ waybill_migrations: { name: string } }>()
    .selectFrom(migrationTableName)
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

/** A schema that this program does not know may mean something that it would break. */
function refuseNewer(done: readonly string[], { place, migrations }: MigrationPlan): void {
  const migration = done.find((name) => !(name in migrations));
  if (migration !== undefined) throw waybillError('WAYBILL_LEDGER_NEWER_SCHEMA', { place, migration });
}
