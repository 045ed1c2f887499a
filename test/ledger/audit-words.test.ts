import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '../../ledger/ledger.ts';
import { findPostgres, type PostgresServer, query, startPostgres } from '../harness/postgres.ts';
import { noon } from './suites/store-under-test.ts';

const postgres = findPostgres();
const isAbsent = 'absent' in postgres;
const password = 'of-a-plain-account';

/** A database whose account may make tables in it, and no extensions. */
async function plainDatabase(server: PostgresServer): Promise<string> {
  const url = new URL(await server.createDatabase());
  await query(url.href, `create role plain login password '${password}'`);
  await query(url.href, 'grant all on schema public to plain');
  url.username = 'plain';
  url.password = password;
  return url.href;
}

describe.skipIf(isAbsent)(
  `an account that may make no extension${isAbsent ? ` (skipped: ${postgres.absent})` : ''}`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server.stop());

    it('finds entries of the audit trail by words and their beginnings', async () => {
      const url = await plainDatabase(server);
      const ledger = await openLedger({ kind: 'postgres', url });
      const facts = { by: { account: 'CORP\\ann-marie' }, why: "Größe of the app's figures: 50%_of May" };
      await ledger.record({ promotionKey: 'k3v5q2m7', seq: 'a', type: 'refused', atUtc: noon, site: 'prod', facts });
      const found = async (text: string) => (await ledger.listAudit({ text })).length;

      const indexes = await query(url, `select indexname as name from pg_indexes where tablename = 'audit'`);
      expect(indexes.map(({ name }) => name)).toContain('audit_by_words');
      for (const text of ['GRÖSSE'.replace('SS', 'ß'), 'figur', 'corp\\ann', 'marie prod', "app's", '50%_of', 'K3V5']) {
        expect({ text, count: await found(text) }).toEqual({ text, count: 1 });
      }
      for (const text of ['igures', 'nothing', 'figures nothing']) {
        expect({ text, count: await found(text) }).toEqual({ text, count: 0 });
      }
      await ledger.close();
    });
  },
);
