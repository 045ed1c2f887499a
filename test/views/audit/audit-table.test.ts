import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../../ledger/audit.ts';
import { auditTable, auditTitles } from '../../../views/audit/audit-table.ts';

const row: AuditRow = {
  n: 7,
  atUtc: '2026-11-21T12:00:00.000Z',
  kind: 'delivery',
  type: 'replaced',
  seq: 'deliver/test/replaced',
  account: 'CORP\\ann',
  door: 'qmc',
  asserted: false,
  site: 'test',
  appId: 'a',
  appName: 'Sales',
  targetAppId: 'b',
  promotionKey: 'p',
  facts: { appId: 'b', stream: 'Sales', sizeBytes: 1024, sha256: 'f'.repeat(64) },
  hash: 'h',
};

async function* rowsOf(...rows: readonly Partial<AuditRow>[]): AsyncGenerator<AuditRow> {
  for (const one of rows) yield { ...row, ...one };
}

const csvOf = (...rows: readonly Partial<AuditRow>[]) => text(auditTable(rowsOf(...rows), { format: 'csv' }));

describe('an export of the audit trail', () => {
  it('has a title for each column and a line for each entry, in RFC 4180', async () => {
    const [titles, line, ...rest] = (await csvOf({})).split('\r\n');

    expect(titles).toBe(auditTitles.join(','));
    expect(line).toBe(
      `7,2026-11-21T12:00:00.000Z,delivery,replaced,CORP\\ann,qmc,yes,test,Sales,a,b,p,"replaced b in Sales, 1 KB","{""appId"":""b"",""stream"":""Sales"",""sizeBytes"":1024,""sha256"":""${'f'.repeat(64)}""}",h`,
    );
    expect(rest).toEqual(['']);
  });

  it('leaves empty what an entry has not, and quotes line breaks', async () => {
    const [, line] = (await csvOf({ account: undefined, asserted: undefined, facts: null, appName: 'a\nb' })).split(
      '\r\n',
    );

    expect(line).toContain(',replaced,,qmc,,test,"a\nb",');
    expect(line).toMatch(/,,h$/);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])(
    'keeps a spreadsheet from carrying out %j',
    async (name) => {
      const csv = await csvOf({ appName: name });

      expect(csv.replaceAll('"', '')).toContain(`,test,'${name},`);
    },
  );

  it('is the same with tabs, and begins with the mark of UTF-8 when it is asked to', async () => {
    const tsv = (await buffer(auditTable(rowsOf({ appName: 'Größe\tx' }), { format: 'tsv', bom: true }))).toString();

    expect(tsv.startsWith(`\ufeff${auditTitles.join('\t')}\r\n7\t`)).toBe(true);
    expect(tsv).toContain('\t"Größe\tx"\t');
  });

  it('has its titles even when nothing fits', async () => {
    expect(await csvOf()).toBe(`${auditTitles.join(',')}\r\n`);
  });

  it('ends with the error of what it reads', async () => {
    async function* failing(): AsyncGenerator<AuditRow> {
      yield row;
      throw new Error('the ledger went away');
    }

    await expect(text(auditTable(failing(), { format: 'csv' }))).rejects.toThrow('the ledger went away');
  });

  it('tells a pause and its end in words', async () => {
    const pause = { kind: 'pause', facts: { why: 'it moves' } } as const;
    const csv = await csvOf({ ...pause, type: 'paused', site: '*' }, { ...pause, type: 'resumed', site: 'test' });

    expect(csv).toContain(',every site,');
    expect(csv).toContain('paused every site; why it was paused: it moves');
    expect(csv).toContain('resumed test; why it was paused: it moves');
  });
});
