import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '../../../ledger/ledger.ts';
import { beginOf, endOf } from '../../../starter/cli/audit/point-in-time.ts';
import type { AuditPage } from '../../../starter/cli/audit/audit-list-command.ts';
import { auditTitles } from '../../../views/audit/audit-table.ts';
import type { AuditVerdict } from '../../../views/audit/verify-audit.ts';
import { smallest } from '../../config/write-config.ts';
import { approval } from '../../ledger/suites/store-under-test.ts';
import { runMain } from './run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-audit-'));
const configFile = join(folder, 'waybill.yaml');
const ledgerFile = join(folder, 'data', 'ledger.sqlite');
const appId = '3f2a6b1c-0d4e-4f5a-8b6c-7d8e9f0a1b2c' as const;
const keys = { site: 'dev', appId, promotionKey: 'k3v5q2m7aaaa4xyz', key: 'k' };
const by = { account: 'COMPANY\\ann', door: 'cli', asserted: true };

beforeAll(async () => {
  writeFileSync(configFile, `${smallest}\ntimeZone: Europe/Berlin\n`);
  const ledger = await openLedger({ kind: 'sqlite', file: ledgerFile, now: () => new Date('2026-11-23T08:00:00Z') });
  const decision = approval(keys, '=Sales Overview');
  await ledger.recordDecision({ ...decision, record: { ...decision.record, type: 'approve', facts: { by } } });
  const replaced = { stream: 'Sales', appId: 'there', sizeBytes: 1024 };
  const seq = 'deliver/test/replaced';
  const atUtc = '2026-11-21T23:30:00.000Z';
  const { promotionKey } = keys;
  await ledger.record({ promotionKey, seq, type: 'replaced', atUtc, site: 'test', appId: 'there', facts: replaced });
  await ledger.pauseSite({ site: '*', why: 'release night', by });
  await ledger.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
afterEach(() => {
  process.exitCode = undefined;
});

const run = (...args: string[]) => runMain('audit', ...args, '--config', configFile);
async function json<T>(...args: string[]): Promise<T> {
  const { stdout, stderr } = await run(...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as T;
}
const events = async (...args: string[]) => (await json<AuditPage>('list', ...args)).entries.map(({ type }) => type);

describe('waybill audit list', () => {
  it('shows who did what, newest first, in the times of the reader', async () => {
    const { stdout, exitCode } = await run('list');

    expect(exitCode).toBe(0);
    const [, paused, replaced, approved] = stdout.split('\n');
    expect(paused).toMatch(/3 +2026-11-23 09:00:00 +COMPANY\\ann +every site .* paused every site; .*: release night/);
    expect(replaced).toMatch(/2 +2026-11-22 00:30:00 +– +test +=Sales Overview +replaced there in Sales, 1 KB/);
    expect(approved).toMatch(/1 +2026-11-21 13:00:00 .* approved by COMPANY\\ann on the command line, a name that/);
    expect(stdout).toContain('Times are those of Europe/Berlin.');
  });

  it('shows what its options ask for, and how to go on', async () => {
    expect(await events('--app', '=Sales Overview')).toEqual(['replaced', 'approve']);
    expect(await events('--app', keys.appId.toUpperCase(), '--kind', 'decision', 'pause')).toEqual(['approve']);
    expect(await events('--account', 'company\\ANN', '--event', 'paused')).toEqual(['paused']);
    expect(await events('--from', '2026-11-22', '--to', '2026-11-22')).toEqual(['replaced']);
    expect(await events('--to', '2026-11-21')).toEqual(['approve']);
    expect(await events('--text', 'RELEASE n')).toEqual(['paused']);
    expect(await events('--promotion', keys.promotionKey, '--site', 'test')).toEqual(['replaced']);
    expect((await run('list', '--limit', '2')).stdout).toContain('… and more; go on with --before 2');
    expect(await json('list', '--limit', '2', '--before', '2')).toMatchObject({
      entries: [{ n: 1 }],
      nextBefore: null,
    });
    expect((await run('list', '--text', 'nowhere')).stdout).toContain('Nothing like that is in the audit trail.');
  });

  it.each([
    ['--from', 'yesterday', 'WAYBILL_CLI_USAGE'],
    ['--to', '2026-02-30', 'WAYBILL_CLI_USAGE'],
    ['--kind', 'gossip', 'Allowed choices'],
    ['--limit', '0', 'whole number'],
  ])('refuses %s %s', async (option, value, message) => {
    const { exitCode, stdout, stderr } = await run('list', option, value);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('waybill audit export', () => {
  it('prints what fits, oldest first, safe for a spreadsheet', async () => {
    const { stdout, exitCode } = await run('export', '--app', keys.appId);

    const [titles, approved, replaced, ...rest] = stdout.split('\r\n');
    expect(titles).toBe(auditTitles.join(','));
    expect(approved).toMatch(/^1,2026-11-21T12:00:00\.000Z,decision,approve,COMPANY\\ann,cli,no,dev,'=Sales Overview,/);
    expect(replaced).toMatch(/^2,.*,there,k3v5q2m7aaaa4xyz,"replaced there in Sales, 1 KB",/);
    expect({ rest, exitCode }).toEqual({ rest: [''], exitCode: 0 });
  });

  it('writes a file whole, for this account alone, and over nothing that it is not told to replace', async () => {
    const out = join(folder, 'audit.tsv');
    const first = await run('export', '--format', 'tsv', '--bom', '--out', out);
    const again = await run('export', '--out', out);

    expect(first).toMatchObject({ exitCode: 0, stdout: `3 entries of the audit trail were written to ${out}.\n` });
    expect(readFileSync(out, 'utf8').startsWith('\ufeffNumber\tTime')).toBe(true);
    if (process.platform !== 'win32') expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toMatch(/exists already[^]*WAYBILL_AUDIT_NOT_WRITTEN/);
    await run('export', '--out', out, '--force', '--kind', 'pause');
    expect(readFileSync(out, 'utf8')).toMatch(/^Number,[^\n]*\n3,[^\n]*\n$/);
    const nowhere = await run('export', '--out', join(folder, 'none', 'audit.csv'));
    expect(nowhere.stderr).toMatch(/ENOENT[^]*WAYBILL_AUDIT_NOT_WRITTEN/);
  });
});

describe('waybill audit verify', () => {
  it('says that the trail holds, its length and its last hash, and finds that hash again', async () => {
    const verdict = await json<AuditVerdict>('verify');
    const { stdout, exitCode } = await run('verify', '--expect', verdict.lastHash.toUpperCase());

    expect(verdict).toMatchObject({ holds: true, entries: 3, fault: null, expected: null });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`The audit trail holds: 3 entries, each follows from the one before.`);
    expect(stdout).toContain(`The hash of the last: ${verdict.lastHash}`);
    expect(stdout).toContain(`The hash ${verdict.lastHash} is part of it: that of entry 3.`);
  });

  it('ends with exit code 1 when a hash is not part of it, or when an entry was changed', async () => {
    const strange = await run('verify', '--expect', 'a'.repeat(64));
    expect(strange).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('is that of no entry') as string });
    expect(await run('verify', '--expect', 'abc')).toMatchObject({ exitCode: 2 });

    const database = new DatabaseSync(ledgerFile);
    database.exec(`drop trigger audit_no_update; update audit set account = 'COMPANY\\eve' where n = 1`);
    database.close();
    const broken = await run('verify');
    expect(broken.exitCode).toBe(1);
    expect(broken.stdout).toContain('The audit trail is broken: entry 1 (approve, 2026-11-21 13:00:00) was changed');
  });
});

describe('a day or time as somebody writes it', () => {
  it.each([
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z', '2026-11-21T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'America/New_York', '2026-10-25T04:00:00.000Z', '2026-10-26T04:00:00.000Z'],
    ['2026-12-31', 'Asia/Kolkata', '2026-12-30T18:30:00.000Z', '2026-12-31T18:30:00.000Z'],
  ])('takes %s in %s for the whole of that day', (text, zone, begin, end) => {
    expect([beginOf('--from', text, zone), endOf('--to', text, zone)]).toEqual([begin, end]);
  });

  it.each([
    ['2026-11-21 14:30', '2026-11-21T13:30:00.000Z'],
    ['2026-11-21T14:30:05.5', '2026-11-21T13:30:05.500Z'],
    ['2026-11-21T14:30Z', '2026-11-21T14:30:00.000Z'],
    ['2026-11-21T14:30+05:30', '2026-11-21T09:00:00.000Z'],
    ['2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
  ])('takes %s for a moment', (text, utc) => {
    expect(beginOf('--from', text, 'Europe/Berlin')).toBe(utc);
  });

  it.each(['2026-11-31', '2026-13-01', '21.11.2026', '2026-11-21 25:00', '', 'now'])('refuses %j', (text) => {
    expect(() => beginOf('--from', text, 'UTC')).toThrow('--from');
  });
});
