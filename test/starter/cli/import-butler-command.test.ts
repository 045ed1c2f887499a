import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { canaries, fullButler } from '../../config/import/butler-files.ts';
import { runMain as run } from './run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-import-'));
const butler = fileOf('production.yaml', fullButler);
const output = join(folder, 'waybill.yaml');

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  process.exitCode = undefined;
  rmSync(output, { force: true });
});

function fileOf(name: string, text: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('waybill config import-butler', () => {
  it('prints settings that `config check` finds right, and on stderr what became of each key', async () => {
    const { exitCode, stdout, stderr } = await run('config', 'import-butler', butler);

    const checked = await run('config', 'check', '--config', fileOf('printed.yaml', stdout));
    expect(exitCode).toBe(0);
    expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is right') as string });
    expect(stderr).toMatch(/^\d+ keys of Butler were carried over\.\n\nSet these environment variables/);
    expect(stderr).toContain('Butler.cert');
    expect(canaries.filter((canary) => (stdout + stderr).includes(canary))).toEqual([]);
  });

  it('writes a file, and replaces it only with --force', async () => {
    const first = await run('config', 'import-butler', butler, '--output', output);
    const yaml = readFileSync(output, 'utf8');
    writeFileSync(output, 'mine');
    const again = await run('config', 'import-butler', butler, '--output', output);
    const kept = readFileSync(output, 'utf8');
    process.exitCode = undefined;
    const forced = await run('config', 'import-butler', butler, '-o', output, '--force');

    expect(first).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('carried over') as string });
    expect(again).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('WAYBILL_IMPORT_NOT_WRITTEN') as string,
    });
    expect(kept).toBe('mine');
    expect(forced.exitCode).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(yaml);
  });

  it('leaves a file that is just what it would write, and says so', async () => {
    await run('config', 'import-butler', butler, '--output', output);

    const again = await run('config', 'import-butler', butler, '--output', output);

    expect(again).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`${output} stands there already, just like this.`) as string,
    });
  });

  it("never replaces Butler's own file", async () => {
    const { exitCode, stderr } = await run('config', 'import-butler', butler, '--output', butler, '--force');

    expect(exitCode).toBe(2);
    expect(stderr).toContain('it belongs to what is imported');
    expect(readFileSync(butler, 'utf8')).toBe(fullButler);
  });

  it('prints one JSON document', async () => {
    const { stdout, stderr } = await run('config', 'import-butler', butler, '--json');

    expect(JSON.parse(stdout)).toMatchObject({
      yaml: expect.stringContaining('alerts:') as string,
      variables: expect.arrayContaining([expect.objectContaining({ name: 'WAYBILL_SMTP_PASSWORD' })]) as unknown,
      carried: expect.arrayContaining([expect.objectContaining({ setting: 'mail.host' })]) as unknown,
      notes: expect.arrayContaining([expect.objectContaining({ kind: 'dropped' })]) as unknown,
      outside: expect.arrayContaining(['Butler.cert']) as unknown,
    });
    expect(stderr).toBe('');
  });

  it('reads a file in UTF-16, as PowerShell writes it', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(fullButler, 'utf16le')]);

    expect(await run('config', 'import-butler', fileOf('utf16.yaml', bytes))).toMatchObject({ exitCode: 0 });
  });

  it.each([
    ['UNREADABLE', 'a file that is not there', undefined],
    ['UNREADABLE', 'bytes that are no text', Uint8Array.of(0x42, 0xe4, 0x62)],
    ['UNREADABLE', 'a file of more than 2 MB', `# ${'x'.repeat(2 ** 21)}`],
    ['NOT_YAML', 'no YAML', 'Butler:\n  password: "canary-jwt\n  x: y'],
    ['NOT_YAML', 'a key that stands twice', 'Butler: {}\nButler: {}'],
    ['NOT_YAML', 'several documents', 'Butler: {}\n---\nButler: {}'],
    ['NOT_YAML', 'an alias to nothing', 'Butler: *canary-jwt'],
    ['NOT_YAML', 'aliases that multiply', bomb()],
    ['NOT_YAML', 'a file that is nested too deeply', `Butler: ${'['.repeat(100_000)}`],
    ['NOT_BUTLER', 'an empty file', ''],
    ['NOT_BUTLER', 'a list', '- Butler'],
    ['NOT_BUTLER', 'text', 'canary-jwt'],
    ['NOT_BUTLER', 'a configuration of something else', 'sites: {}'],
    ['NOT_BUTLER', 'a Butler without settings', 'Butler: true'],
    ['NO_CLOUD', 'a Butler from before Qlik Cloud', 'Butler: { mqttConfig: { enable: true } }'],
    ['NO_CLOUD', 'a tenant without settings', 'Butler: { qlikSenseCloud: { event: { mqtt: { tenant: null } } } }'],
  ])('ends with WAYBILL_IMPORT_%s for %s, and writes nothing', async (code, _, text) => {
    const file = text === undefined ? join(folder, 'none.yaml') : fileOf('wrong.yaml', text);

    const { exitCode, stdout, stderr } = await run('config', 'import-butler', file, '--output', output);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`Code: WAYBILL_IMPORT_${code}`);
    expect(stderr).not.toContain('canary');
    expect(existsSync(output)).toBe(false);
  });
});

function bomb(): string {
  const lines = Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(9)}]`);
  return ['a0: &a0 [x]', ...lines, 'Butler: *a9'].join('\n');
}
