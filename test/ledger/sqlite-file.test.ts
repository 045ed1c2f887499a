import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../ledger/ledger.ts';
import { verifyAudit } from '../../views/audit/verify-audit.ts';
import { auditAndLater, figuresOf, noon } from './suites/store-under-test.ts';

const processes = join(import.meta.dirname, 'processes');

describe('a ledger file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-test-ledger-'));
    file = join(folder, 'data', 'ledger.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  const record = (seq: string) => ({ promotionKey: 'p', seq, type: 't', atUtc: noon });

  it('lets each trigger be claimed once by processes that race from the making of the file', async () => {
    const count = 150;
    const racers = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, [join(processes, 'claim-racer.ts'), file, name, String(count)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const outputs = racers.map(({ stdout }) => text(stdout));
    await Promise.all(racers.map(({ stdout }) => once(stdout, 'readable')));

    for (const { stdin } of racers) stdin.end();
    const won = (await Promise.all(outputs)).map((output) => JSON.parse(output.split('\n')[1] ?? '[]') as number[]);

    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, key) => key));
    const ledger = await openLedger({ kind: 'sqlite', file });
    expect(await ledger.openClaims()).toHaveLength(count);
    await ledger.close();
  });

  it('keeps every record that was acknowledged before the process was killed', async () => {
    const writer = spawn(process.execPath, [join(processes, 'record-writer.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = '';
    writer.stdout.on('data', (chunk: Buffer) => {
      acknowledged += chunk.toString();
    });
    await expect.poll(() => acknowledged.split('\n').length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(100);

    writer.kill('SIGKILL');
    await once(writer, 'close');

    const last = Number(acknowledged.split('\n').at(-2));
    const ledger = await openLedger({ kind: 'sqlite', file });
    const seqs = (await ledger.recordsOf('p')).map(({ seq }) => Number(seq));
    expect(seqs.length).toBeGreaterThan(last);
    expect(seqs).toEqual(seqs.map((_, n) => n));
    await ledger.close();
  });

  it('waits for another writer while everything else goes on, and then says who is in the way', async () => {
    const ledger = await openLedger({ kind: 'sqlite', file, busyTimeoutMs: 150 });
    const other = new DatabaseSync(file);
    other.exec('begin immediate');

    const refused = ledger.record(record('a')).catch((error: unknown) => error);
    const turns = await Promise.race([refused, delay(30, 'the clock went on')]);
    expect(turns).toBe('the clock went on');
    expect(await ledger.recordsOf('p')).toEqual([]);
    expect(await refused).toMatchObject({ code: 'WAYBILL_LEDGER_LOCKED', retryable: true, facts: { place: file } });

    const patient = ledger.record(record('b'));
    other.exec('rollback');
    expect(await patient).toEqual({ fresh: true });
    other.close();
    await ledger.close();
  });

  it('lets two ledgers of one process wait for each other', async () => {
    const [one, two] = [await openLedger({ kind: 'sqlite', file }), await openLedger({ kind: 'sqlite', file })];

    await Promise.all([
      one.withTransaction(async (tx) => {
        await tx.record(record('a'));
        await delay(20);
        await tx.record(record('b'));
      }),
      two.record(record('c')),
      two.withTransaction((tx) => tx.record(record('d'))),
    ]);

    expect((await one.recordsOf('p')).map(({ seq }) => seq).sort()).toEqual(['a', 'b', 'c', 'd']);
    await Promise.all([one.close(), two.close()]);
  });

  it('waits for another process that brings it up to date, however long that takes', async () => {
    await (await openLedger({ kind: 'sqlite', file })).close();
    const other = new DatabaseSync(file);
    other.exec(`delete from waybill_migrations where name >= '0007'`);
    for (const statement of [...figuresOf('sqlite'), ...auditAndLater]) other.exec(statement);
    other.exec('begin immediate');
    let isOpen = false;

    const opening = openLedger({ kind: 'sqlite', file, busyTimeoutMs: 20 }).then((ledger) => {
      isOpen = true;
      return ledger;
    });
    await delay(200);
    expect(isOpen).toBe(false);
    other.exec('rollback');
    other.close();

    const ledger = await opening;
    expect(await ledger.record(record('a'))).toEqual({ fresh: true });
    await ledger.close();
  });

  it('copies itself whole while others write, and over nothing', async () => {
    const [ledger, other] = [await openLedger({ kind: 'sqlite', file }), await openLedger({ kind: 'sqlite', file })];
    await ledger.record(record('before'));
    const copy = join(folder, "it's a copy.sqlite");

    await Promise.all([ledger.backup(copy), other.record(record('meanwhile'))]);
    await ledger.record(record('after'));

    const restored = await openLedger({ kind: 'sqlite', file: copy });
    const seqs = (await restored.recordsOf('p')).map(({ seq }) => seq);
    expect(seqs).toContain('before');
    expect(await verifyAudit(restored)).toMatchObject({ holds: true, entries: seqs.length });
    expect(await restored.listAudit({ text: 'before' })).toHaveLength(1);
    expect(seqs).not.toContain('after');
    await expect(ledger.backup(copy)).rejects.toMatchObject({ code: 'WAYBILL_LEDGER_BACKUP_EXISTS' });
    expect(existsSync(`${copy}.partial`)).toBe(false);
    await Promise.all([ledger, other, restored].map((each) => each.close()));
  });

  it('says what is wrong with a file that is no ledger, and leaves it as it is', async () => {
    const noLedger = join(folder, 'letter.txt');
    writeFileSync(noLedger, 'Dear Sir, '.repeat(1000));

    await expect(openLedger({ kind: 'sqlite', file: noLedger })).rejects.toMatchObject({
      code: 'WAYBILL_LEDGER_DAMAGED',
      message: expect.stringContaining(noLedger) as string,
    });
    await expect(openLedger({ kind: 'sqlite', file: join(noLedger, 'ledger.sqlite') })).rejects.toMatchObject({
      code: 'WAYBILL_LEDGER_UNREACHABLE',
    });
    await expect(openLedger({ kind: 'sqlite', file: folder })).rejects.toMatchObject({
      code: 'WAYBILL_LEDGER_UNREACHABLE',
    });
  });
});
