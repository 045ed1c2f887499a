import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe } from 'vitest';
import { type Ledger, type LedgerPlace, openLedger } from '../../ledger/ledger.ts';
import { findPostgres, type PostgresServer, query, startPostgres } from '../harness/postgres.ts';
import { describeAlerts } from './suites/alerts.ts';
import { describeApps } from './suites/apps.ts';
import { describeAudit } from './suites/audit.ts';
import { describeTampering } from './suites/audit-tampering.ts';
import { describeAttempts } from './suites/attempts.ts';
import { describeBackupsAndMails } from './suites/backups-and-mails.ts';
import { describeClaims } from './suites/claims.ts';
import { describeConsolePeople } from './suites/console-people.ts';
import { describeDeliveries } from './suites/deliveries.ts';
import { describeFigures } from './suites/figures.ts';
import { describeLifecycle } from './suites/lifecycle.ts';
import { describeNews } from './suites/news.ts';
import { describePauses } from './suites/pauses.ts';
import { describeProcesses } from './suites/processes.ts';
import { describePromotions } from './suites/promotions.ts';
import { describeRecords } from './suites/records.ts';
import { describeSettingsVersions } from './suites/settings-versions.ts';
import type { StoreUnderTest } from './suites/store-under-test.ts';

const opened: Ledger[] = [];

function underTest(parts: Omit<StoreUnderTest, 'fresh'>): StoreUnderTest {
  return {
    ...parts,
    async fresh(now) {
      const ledger = await openLedger({ ...(await parts.place()), now });
      opened.push(ledger);
      return ledger;
    },
  };
}

function describeLedger(store: StoreUnderTest): void {
  describeClaims(store);
  describePromotions(store);
  describeRecords(store);
  describeApps(store);
  describeDeliveries(store);
  describeBackupsAndMails(store);
  describeAlerts(store);
  describePauses(store);
  describeNews(store);
  describeAudit(store);
  describeTampering(store);
  describeProcesses(store);
  describeConsolePeople(store);
  describeSettingsVersions(store);
  describeAttempts(store);
  describeFigures(store);
  describeLifecycle(store);
}

describe('a ledger in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-ledger-'));
  afterAll(async () => {
    await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  describeLedger(
    underTest({
      kind: 'sqlite',
      place: async () => ({ kind: 'sqlite', file: join(folder, `${randomUUID()}.sqlite`) }),
      async execute(place, statement) {
        const database = new DatabaseSync((place as LedgerPlace & { kind: 'sqlite' }).file);
        try {
          return database.prepare(statement).all() as Record<string, unknown>[];
        } finally {
          database.close();
        }
      },
    }),
  );
});

const postgres = findPostgres();
const isAbsent = 'absent' in postgres;

describe.skipIf(isAbsent)(`a ledger in PostgreSQL${isAbsent ? ` (skipped: ${postgres.absent})` : ''}`, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
    await server.stop();
  });

  describeLedger(
    underTest({
      kind: 'postgres',
      place: async () => ({ kind: 'postgres', url: await server.createDatabase() }),
      execute: (place, statement) => query((place as LedgerPlace & { kind: 'postgres' }).url, statement),
    }),
  );
});
