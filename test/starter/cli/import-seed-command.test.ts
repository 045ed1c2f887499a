import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canary, defaultSeed, fullSeed, seedFiles, writeFolder } from '../../config/import/seed-files.ts';
import { temporaryFolder } from '../../config/write-config.ts';
import { runMain as run } from './run-main.ts';

const old = writeFolder(seedFiles(fullSeed));
const encoded = fullSeed.promote_on_custom_property_change.email_config.promotion_sender_pass;
let output: string;

beforeEach(() => {
  output = temporaryFolder();
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(output, { recursive: true, force: true });
});

/** Runs `waybill config import-seed <args>` in this process. */
const importSeed = (...args: readonly string[]) => run('config', 'import-seed', ...args);

const inOutput = (name: string): string => path.join(output, name);
const containing = (text: string): string => expect.stringContaining(text) as string;

describe('waybill config import-seed', () => {
  it('prints settings that `config check` finds right, and says which variable is to be set', async () => {
    const { exitCode, stdout, stderr } = await importSeed(old);

    writeFileSync(inOutput('printed.yaml'), stdout);
    expect(await run('config', 'check', '--config', inOutput('printed.yaml'))).toMatchObject({
      exitCode: 0,
      stdout: containing('dev → test, prod'),
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^\d+ keys of the old program were carried over\.\n\nSet these environment variables/);
    expect(stderr).toContain('WAYBILL_MAIL_PASSWORD');
    for (const secret of [canary, encoded]) expect(stdout + stderr).not.toContain(secret);
    expect(existsSync(path.join(old, 'waybill.env'))).toBe(false);
  });

  it('writes settings, and the password into an environment file that nobody else may read', async () => {
    const { exitCode, stdout, stderr } = await importSeed(old, '--output', output);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(readdirSync(output).toSorted()).toEqual(['waybill.env', 'waybill.yaml']);
    expect(parseEnv(readFileSync(inOutput('waybill.env'), 'utf8'))).toEqual({ WAYBILL_MAIL_PASSWORD: canary });
    if (process.platform !== 'win32') expect(statSync(inOutput('waybill.env')).mode & 0o777).toBe(0o600);
    const yaml = readFileSync(inOutput('waybill.yaml'), 'utf8');
    for (const secret of [canary, encoded]) expect(stderr + yaml).not.toContain(secret);
    expect(stderr).toContain(`stand in ${inOutput('waybill.env')}`);
  });

  it('makes the folder that is named, or the file', async () => {
    await importSeed(old, '-o', inOutput('new'));
    await importSeed(old, '-o', inOutput('other/mine.yml'));

    expect(readdirSync(inOutput('new')).toSorted()).toEqual(['waybill.env', 'waybill.yaml']);
    expect(readdirSync(inOutput('other')).toSorted()).toEqual(['mine.yml', 'waybill.env']);
  });

  it('changes nothing when it runs again, and says so', async () => {
    await importSeed(old, '--output', output);
    const before = statSync(inOutput('waybill.yaml')).mtimeMs;
    chmodSync(inOutput('waybill.env'), 0o644);

    const again = await importSeed(old, '--output', output);

    expect(again).toMatchObject({
      exitCode: 0,
      stderr: containing('waybill.yaml stands there already, just like this.'),
    });
    expect(again.stderr).toContain('waybill.env stands there already, just like this.');
    expect(statSync(inOutput('waybill.yaml')).mtimeMs).toBe(before);
    if (process.platform !== 'win32') expect(statSync(inOutput('waybill.env')).mode & 0o777).toBe(0o600);
  });

  it.each(['waybill.yaml', 'waybill.env'])(
    'leaves another %s alone, and both files with it, without --force',
    async (name) => {
      writeFileSync(inOutput(name), 'mine');

      const refused = await importSeed(old, '--output', output);
      const kept = [readdirSync(output), readFileSync(inOutput(name), 'utf8')];
      const forced = await importSeed(old, '--output', output, '--force');

      expect(refused).toMatchObject({ exitCode: 2, stderr: containing('Code: WAYBILL_IMPORT_NOT_WRITTEN') });
      expect(refused.stderr).toContain(inOutput(name));
      expect(kept).toEqual([[name], 'mine']);
      expect(forced.exitCode).toBe(0);
      expect(readdirSync(output).toSorted()).toEqual(['waybill.env', 'waybill.yaml']);
    },
  );

  it('writes no environment file where there is no password', async () => {
    await importSeed(writeFolder(seedFiles(defaultSeed)), '--output', output);

    expect(readdirSync(output)).toEqual(['waybill.yaml']);
  });

  it('prints one JSON document', async () => {
    const { stdout, stderr } = await importSeed(old, '--json', '--output', output);

    expect(JSON.parse(stdout)).toMatchObject({
      yaml: containing('sites:'),
      files: [
        { file: inOutput('waybill.yaml'), became: 'written' },
        { file: inOutput('waybill.env'), became: 'written' },
      ],
      variables: [{ name: 'WAYBILL_MAIL_PASSWORD' }],
      notes: expect.arrayContaining([expect.objectContaining({ key: 'console_port.json' })]) as unknown,
      outside: [],
    });
    expect(stdout).not.toContain('canary');
    expect(stderr).toBe('');
  });

  it('reads files with a byte order mark, and the port of the settings page in either folder', async () => {
    const { 'console_port.json': port, ...files } = seedFiles(fullSeed);
    const folder = writeFolder({
      ...files,
      'static/config.json': `\ufeff${JSON.stringify(fullSeed)}`,
      'static/console_port.json': port!,
    });

    const { exitCode, stderr } = await importSeed(folder);

    expect(exitCode).toBe(0);
    expect(stderr).toContain('static/console_port.json');
  });

  it('names the lines of the CSV of approvers that the mails cannot use', async () => {
    const map = 'StreamID, ApprovalEmailAddress\naaec8d41-5201-43ab-809f-3063750dfafd,anna\n\n,bert@company.com\n';

    const { stderr } = await importSeed(
      writeFolder({ ...seedFiles(fullSeed), 'static/ApprovalStreamsToEmailAddressMap.csv': map }),
    );

    expect(stderr).toContain('are left out: 2, 4.');
  });

  const config = 'static/config.json';
  it.each([
    ['UNREADABLE', 'a folder without a configuration', config, undefined],
    ['UNREADABLE', 'more than 2 MB', config, `{"a": "${'x'.repeat(2 ** 21)}"}`],
    ['UNREADABLE', 'bytes that are no text', config, Uint8Array.of(0x7b, 0xe4, 0x7d)],
    ['UNREADABLE', 'a CSV that is no text', 'static/ApprovalStreamsToEmailAddressMap.csv', Uint8Array.of(0xe4, 0x20)],
    ['UNREADABLE', 'UTF-16', config, Buffer.from(`\ufeff${JSON.stringify(fullSeed)}`, 'utf16le')],
    ['NOT_JSON', 'a comma too many', config, '{\n  "promotion_sender_pass": "canary",\n}'],
    ['NOT_JSON', 'a name without quotes', config, '{ promotion_sender_pass: "canary" }'],
    ['NOT_JSON', 'text', config, 'canary'],
    ['NOT_JSON', 'half a file', config, '{ "promotion_sender_pass": "canary'],
    ['NOT_JSON', 'an empty file', config, ''],
    ['NOT_JSON', 'a file that is nested too deeply', config, '['.repeat(100_000) + ']'.repeat(100_000)],
    ['NOT_JSON', 'a broken port of the settings page', 'console_port.json', '{'],
    ['NOT_SEED', 'a list', config, '[]'],
    ['NOT_SEED', 'a port without a name', 'console_port.json', '5001'],
    ['NOT_SEED', 'a configuration of something else', config, '{"port": "5000"}'],
    ['NOT_SEED', 'text where the settings belong', config, '{"promote_on_custom_property_change": "canary"}'],
  ])('ends with WAYBILL_IMPORT_%s for %s, names the file, and writes nothing', async (code, _, name, content) => {
    const { [name]: _before, ...files } = seedFiles(fullSeed);
    const folder = writeFolder(content === undefined ? files : { ...files, [name]: content });

    const { exitCode, stdout, stderr } = await importSeed(folder, '--output', output);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`Code: WAYBILL_IMPORT_${code}`);
    expect(stderr).toContain(path.join(folder, ...name.split('/')));
    expect(stderr).toContain('What to do: ');
    expect(stderr).not.toContain('canary');
    expect(readdirSync(output)).toEqual([]);
  });

  it('names the place where a file is not JSON', async () => {
    const { stderr } = await importSeed(
      writeFolder({ ...seedFiles(fullSeed), [config]: '{\n  "port": "5000"\n  "x": ""' }),
    );

    expect(stderr).toContain('is not JSON: line 3, column 3.');
  });

  it("never replaces a file of the old program, and writes nothing where it can't", async () => {
    const folder = writeFolder(seedFiles(fullSeed));
    writeFileSync(inOutput('file'), '');

    const own = await importSeed(folder, '-o', path.join(folder, config), '--force');
    const blocked = await importSeed(folder, '-o', inOutput('file/x.yaml'));

    expect([own.exitCode, blocked.exitCode]).toEqual([2, 2]);
    expect(own.stderr).toContain('it belongs to what is imported');
    expect(JSON.parse(readFileSync(path.join(folder, config), 'utf8'))).toEqual(fullSeed);
    expect(readdirSync(output)).toEqual(['file']);
  });
});
