import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LedgerOptions, openLedger } from '../../ledger/ledger.ts';
import { writeCertificates } from '../../sandbox/qrs/certificates.ts';
import { findPostgres, type PostgresServer, query, startPostgres } from '../harness/postgres.ts';
import { noon } from './suites/store-under-test.ts';

const postgres = findPostgres();
const isAbsent = 'absent' in postgres;

describe.skipIf(isAbsent)(`a PostgreSQL server${isAbsent ? ` (skipped: ${postgres.absent})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-ledger-'));
  let server: PostgresServer;
  let ca: string;
  let otherCa: string;
  let url: string;
  beforeAll(async () => {
    const ours = await writeCertificates({ folder: join(folder, 'ours'), hostNames: ['127.0.0.1'] });
    const others = await writeCertificates({ folder: join(folder, 'others'), hostNames: ['127.0.0.1'] });
    server = await startPostgres({ tls: { certificate: ours.server, key: ours.serverKey } });
    [ca, otherCa, url] = [ours.root, others.root, await server.createDatabase()];
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const changed = (change: (address: URL) => void) => {
    const address = new URL(url);
    change(address);
    return address.href;
  };
  const failureOf = async (options: LedgerOptions) => {
    const outcome = await openLedger(options).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
    return outcome;
  };

  it('is spoken to through TLS where a certificate authority is given, whatever the address says', async () => {
    const disabled = changed((address) => address.searchParams.set('sslmode', 'disable'));
    const ledger = await openLedger({ kind: 'postgres', url: disabled, ca });

    const [row] = await query(
      url,
      `select ssl from pg_stat_ssl join pg_stat_activity using (pid)
      where application_name = 'waybill'`,
    );

    expect(row).toEqual({ ssl: true });
    await ledger.close();
  });

  it('is refused when its certificate comes from another authority', async () => {
    expect(await failureOf({ kind: 'postgres', url, ca: otherCa })).toMatchObject({
      code: 'WAYBILL_LEDGER_UNREACHABLE',
      message: expect.stringContaining('certificate') as string,
    });
  });

  it('tells a wrong account, a missing database and a dead port apart, and never tells a password', async () => {
    const password = new URL(url).password;
    const wrongPassword = changed((address) => {
      address.password = 'open-sesame';
    });
    const noDatabase = changed((address) => {
      address.pathname = '/nowhere';
    });
    const deadPort = changed((address) => {
      address.port = '1';
    });
    const cases = [
      [wrongPassword, 'WAYBILL_LEDGER_REFUSED'],
      [noDatabase, 'WAYBILL_LEDGER_REFUSED'],
      [deadPort, 'WAYBILL_LEDGER_UNREACHABLE'],
      [`postgres://waybill:${password}@[nonsense/x`, 'WAYBILL_LEDGER_URL_INVALID'],
      [`mysql://waybill:${password}@127.0.0.1/x`, 'WAYBILL_LEDGER_URL_INVALID'],
    ] as const;
    for (const [address, code] of cases) {
      const failure = await failureOf({ kind: 'postgres', url: address });
      expect(failure).toMatchObject({ code });
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(new RegExp(`open-sesame|${password}`));
    }
  });

  it('may end our connections: the next call makes a new one', async () => {
    const ledger = await openLedger({ kind: 'postgres', url });
    await ledger.record({ promotionKey: 'p', seq: 'a', type: 't', atUtc: noon });

    await query(url, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill'`);

    await expect
      .poll(
        () =>
          ledger.ping().then(
            () => 'answers',
            () => 'silent',
          ),
        { timeout: 5000 },
      )
      .toBe('answers');
    expect(await ledger.recordsOf('p')).toHaveLength(1);
    await ledger.close();
  });

  it('is not copied by Waybill', async () => {
    const ledger = await openLedger({ kind: 'postgres', url });
    const place = `127.0.0.1:${server.port}`;

    await expect(ledger.backup(join(folder, 'copy'))).rejects.toMatchObject({
      code: 'WAYBILL_LEDGER_BACKUP_BY_DATABASE',
      message: expect.stringContaining(place) as string,
    });
    await ledger.close();
  });

  it('keeps a certificate file that cannot be read out of reach of guesses', async () => {
    const noPem = join(folder, 'none.pem');
    expect(await failureOf({ kind: 'postgres', url, ca: noPem })).toMatchObject({
      code: 'WAYBILL_LEDGER_UNREACHABLE',
      message: expect.stringContaining(noPem) as string,
    });
    writeFileSync(noPem, 'not a certificate');
    expect(await failureOf({ kind: 'postgres', url, ca: noPem })).toBeDefined();
  });
});
