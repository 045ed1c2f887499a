import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { collectOldScriptLogs, writeScriptLog } from '../../../activities/alerts/script-log-files.ts';
import { scriptLogName, timeInName } from '../../../activities/alerts/script-log-names.ts';
import { temporaryName } from '../../../activities/artifacts/temporary-names.ts';
import { failureOf } from '../qrs/client/code-of.ts';

const fileName = '{{time}}_appId={{appId}}_reloadId={{reloadId}}.log';
const reload = {
  tenant: 'acme',
  appId: '2933711d-6638',
  reloadId: '6a849f7f18ec',
  at: new Date('2026-11-01T07:06:22.345Z'),
};
const dayMs = 86_400_000;

let folder = '';
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'waybill-logs-')), 'script-logs');
});

const place = (name = fileName) => ({ folder, fileName: name });

const filesIn = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

describe('the script log of a reload', () => {
  it('is kept in the folder of its day', async () => {
    const file = await writeScriptLog(place(), reload, 'one\r\ntwö\r\n');

    expect(path.relative(folder, file).split(path.sep)).toEqual([
      '2026-11-01',
      '2026-11-01T07-06-22Z_appId=2933711d-6638_reloadId=6a849f7f18ec.log',
    ]);
    expect(readFileSync(file, 'utf8')).toBe('one\r\ntwö\r\n');
    expect(filesIn()).toHaveLength(1);
  });

  it('is one file however often it is written, also with another time', async () => {
    const first = await writeScriptLog(place(), reload, 'half');
    const again = await writeScriptLog(place(), reload, 'whole');
    const later = await writeScriptLog(place(), { ...reload, at: new Date('2026-11-01T07:09:00Z') }, 'whole again');

    expect([again, later]).toEqual([first, first]);
    expect(readFileSync(first, 'utf8')).toBe('whole again');
    await writeScriptLog(place(), { ...reload, reloadId: 'another' }, '');
    expect(filesIn()).toHaveLength(2);
  });

  it('has the name that the setting gives it, and is collected by it', async () => {
    const named = place('reload ({{tenant}}) {{reloadId}} {{time}}.txt');
    const first = await writeScriptLog(named, reload, 'half');
    const later = await writeScriptLog(named, { ...reload, at: new Date('2026-11-01T07:09:00Z') }, 'whole');

    expect(later).toBe(first);
    expect(filesIn()).toEqual(['reload (acme) 6a849f7f18ec 2026-11-01T07-06-22Z.txt']);
    expect(await collectOldScriptLogs(place(), dayMs, new Date('2026-12-01'))).toBe(0);
    expect(await collectOldScriptLogs(named, dayMs, new Date('2026-12-01'))).toBe(1);
  });

  it('stays as it was when a write breaks off', async () => {
    const file = await writeScriptLog(place(), reload, 'whole');
    const broken = { toString: () => 'never' } as unknown as string;

    await expect(writeScriptLog(place(), reload, broken)).rejects.toThrow();
    expect(readFileSync(file, 'utf8')).toBe('whole');
    expect(filesIn()).toHaveLength(1);
  });

  it('that cannot be kept is told by folder and reason', async () => {
    writeFileSync(folder, 'a file in the way');
    const error = await failureOf(writeScriptLog(place(), reload, 'text'));

    expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_LOG_NOT_KEPT', retryable: false, facts: { folder } });
    expect(error.message).toMatch(/cannot be kept: (ENOTDIR|EEXIST)\./);
  });

  it('has a name that any system takes and that leads out of no folder', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (appId, reloadId) => {
        const { file } = scriptLogName(fileName, { tenant: 'acme', appId, reloadId, at: reload.at });
        expect(file).toMatch(/^[\w=-]+\.log$/);
        expect(file.length).toBeLessThan(220);
        expect(timeInName(fileName, file)).toBe(Date.parse('2026-11-01T07:06:22Z'));
      }),
    );
  });

  it('has another name than that of any other id', () => {
    const nameOf = (reloadId: string) => scriptLogName(fileName, { ...reload, reloadId }).file;

    expect(new Set(['a/b', 'a-b', 'a\\b', 'a:b', '..', 'x'.repeat(200), 'x'.repeat(201)].map(nameOf)).size).toBe(7);
  });
});

describe('the collection of old script logs', () => {
  const now = new Date('2026-11-20T12:00:00Z');
  const at = (text: string) => ({ ...reload, reloadId: text.slice(0, 10), at: new Date(text) });

  it('removes what is older than it is kept, and days that are empty then', async () => {
    await writeScriptLog(place(), at('2026-11-01T00:00:00Z'), 'old');
    await writeScriptLog(place(), at('2026-11-10T11:59:59Z'), 'just too old');
    const kept = await writeScriptLog(place(), { ...at('2026-11-10T12:00:01Z'), reloadId: 'kept' }, 'young');

    expect(await collectOldScriptLogs(place(), 10 * dayMs, now)).toBe(2);
    expect(filesIn()).toEqual([path.basename(kept)]);
    expect(readdirSync(folder)).toEqual(['2026-11-10']);
    expect(await collectOldScriptLogs(place(), 10 * dayMs, now)).toBe(0);
  });

  it('removes nothing where all is kept for ever, or nothing was kept yet', async () => {
    expect(await collectOldScriptLogs(place(), dayMs, now)).toBe(0);
    await writeScriptLog(place(), at('2020-01-01T00:00:00Z'), 'old');

    expect(await collectOldScriptLogs(place(), 0, now)).toBe(0);
    expect(filesIn()).toHaveLength(1);
  });

  it('leaves what is not its own', async () => {
    const old = await writeScriptLog(place(), at('2020-01-01T00:00:00Z'), 'old');
    const notes = path.join(path.dirname(old), 'notes.log');
    writeFileSync(notes, 'by hand');
    mkdirSync(path.join(folder, 'other'));
    writeFileSync(path.join(folder, 'other', path.basename(old)), 'moved away');
    writeFileSync(path.join(folder, '2020-01-02'), 'a file named as a day');

    expect(await collectOldScriptLogs(place(), dayMs, now)).toBe(1);
    expect(filesIn()).toHaveLength(3);
    expect(existsSync(notes)).toBe(true);
  });

  it('removes what broken writes left, but not what is being written', async () => {
    const day = path.dirname(await writeScriptLog(place(), at('2026-11-20T11:00:00Z'), 'young'));
    const [running, left] = [temporaryName(), temporaryName()].map((name) => path.join(day, name)) as [string, string];
    for (const file of [running, left]) writeFileSync(file, 'half');
    utimesSync(running, now, now);
    utimesSync(left, new Date('2026-11-18'), new Date('2026-11-18'));

    expect(await collectOldScriptLogs(place(), dayMs, now)).toBe(0);
    expect([existsSync(running), existsSync(left)]).toEqual([true, false]);
  });
});
