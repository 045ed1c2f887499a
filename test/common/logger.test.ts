import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { waybillError } from '../../common/errors/catalogue.ts';
import { rememberSecret } from '../../common/known-secrets.ts';
import { createLogger, type LoggingSettings } from '../../common/logger.ts';
import { secretRef } from '../../config/secret-ref.ts';
import { memoryLogger } from '../harness/memory-logger.ts';

const settings: LoggingSettings = { level: 'info', maxSizeBytes: 2000, keep: 2, pretty: 'off' };

function memoryTerminal(): Writable & { text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}

const temporaryFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'waybill-log-'));

describe('a log line', () => {
  it('carries what its child logger was given', () => {
    const logger = memoryLogger();

    logger.child({ promotion: 'p1', site: 'dev' }).child({ app: 'a1' }).info({ sizeBytes: 5 }, 'Exported');

    expect(logger.lines[0]).toMatchObject({
      level: 'info',
      promotion: 'p1',
      site: 'dev',
      app: 'a1',
      sizeBytes: 5,
      msg: 'Exported',
    });
    expect(logger.lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('shows an error with code, remedy, facts and cause', () => {
    const logger = memoryLogger();
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

    logger.error({ err: waybillError('WAYBILL_CONFIG_NOT_FOUND', { file: 'x.yaml' }, { cause }) }, 'Cannot start');

    expect(logger.lines[0]?.['err']).toMatchObject({
      code: 'WAYBILL_CONFIG_NOT_FOUND',
      remedy: expect.stringContaining('waybill config check'),
      facts: { file: 'x.yaml' },
      cause: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  it('stays a line when its facts turn in a circle or are very deep', () => {
    const logger = memoryLogger();
    const circle: Record<string, unknown> = { name: 'c' };
    circle['self'] = circle;

    logger.info({ circle }, 'Still here');

    expect(logger.lines[0]).toMatchObject({ circle: { name: 'c', self: '…' }, msg: 'Still here' });
  });
});

describe('a secret', () => {
  const canary = 'canary-0d9f1c';

  it.each([
    ['by its name', { mail: { login: { user: 'u', password: canary } } }],
    ['deep in lists', { sites: [{ a: { b: [{ certificatePassword: canary }] } }] }],
    ['in headers', { headers: { Authorization: `Bearer ${canary}`, cookie: canary } }],
    ['as a reference', { secret: secretRef(canary, '.', {}) }],
    ['in an address', { url: `postgres://waybill:${canary}@db:5432/x` }],
    ['in an error', { err: new Error(`connecting to postgres://waybill:${canary}@db failed`) }],
    ['as a private key', { pem: `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----` }],
    ['as a private key in text', { text: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----` }],
  ])('is masked %s', (_, facts) => {
    const logger = memoryLogger();

    logger.info(facts, 'Line');

    expect(JSON.stringify(logger.lines)).not.toContain(canary);
    expect(JSON.stringify(logger.lines)).toContain('********');
  });

  it('is masked wherever it got in, once it was read', async () => {
    const logger = memoryLogger();
    const text = 'hunter2 "quoted" öäü';
    await secretRef('${env:S}', '.', { S: text }).resolve();

    logger.error({ err: new Error(`535 ${text} refused`), note: encodeURIComponent(text) }, `Login with ${text}`);

    expect(JSON.stringify(logger.lines)).not.toMatch(/hunter2|quoted/);
  });

  it('is not searched for when it is so short that it would mask other text', () => {
    const logger = memoryLogger();
    rememberSecret('dev');

    logger.info({ site: 'dev' }, 'Watching');

    expect(logger.lines[0]).toMatchObject({ site: 'dev' });
  });
});

describe('the outputs of a process', () => {
  it('are JSON where no terminal is, and keep to the level', async () => {
    const terminal = memoryTerminal();
    const logger = await createLogger({ ...settings, pretty: 'auto' }, { terminal, process: 'worker' });

    logger.debug({}, 'Hidden');
    logger.info({}, 'Shown');

    expect(
      terminal
        .text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ msg: 'Shown', process: 'worker' }]);
  });

  it('are lines for people on a terminal', async () => {
    const terminal = Object.assign(memoryTerminal(), { isTTY: true });
    const logger = await createLogger({ ...settings, pretty: 'auto' }, { terminal });

    logger.warn({ site: 'dev', err: waybillError('WAYBILL_CONFIG_NOT_FOUND', { file: 'x.yaml' }) }, 'Cannot start');

    expect(stripVTControlCharacters(terminal.text())).toMatch(
      /^\d\d:\d\d:\d\d WARN {2}Cannot start site=dev\n +WaybillError WAYBILL_CONFIG_NOT_FOUND: No configuration file: x\.yaml .*\n +What to do: Copy /,
    );
  });

  it('are files that roll, of which the newest are kept', async () => {
    const folder = temporaryFolder();
    const logger = await createLogger(
      { ...settings, file: path.join(folder, 'logs', 'waybill.log') },
      { terminal: memoryTerminal(), process: 'worker' },
    );

    for (let number = 1; number <= 200; number += 1) {
      logger.info({ number }, 'A line that is long enough to fill a file after a while');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await logger.close();

    const files = readdirSync(path.join(folder, 'logs'));
    const text = files.map((file) => readFileSync(path.join(folder, 'logs', file), 'utf8')).join('');
    expect(files.length).toBeLessThanOrEqual(3);
    expect(files.every((file) => /^waybill-worker\.\d+\.log$/.test(file))).toBe(true);
    expect(text).toContain('"number":200,');
    expect(text).not.toContain('"number":1,');
  });

  it('have the last line on disk before the file is closed', async () => {
    const folder = temporaryFolder();
    const logger = await createLogger(
      { ...settings, file: path.join(folder, 'waybill.log') },
      { terminal: memoryTerminal() },
    );

    logger.error({}, 'Last words');

    expect(readFileSync(path.join(folder, 'waybill.1.log'), 'utf8')).toContain('Last words');
    await logger.close();
  });
});
