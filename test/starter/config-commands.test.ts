import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addConfigCommands } from '../../starter/cli/config-commands.ts';
import { smallest } from '../config/write-config.ts';

afterEach(() => {
  process.exitCode = undefined;
});

const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-cli-'));

function configFile(text: string): string {
  const file = path.join(folder, 'waybill.yaml');
  writeFileSync(file, text);
  return file;
}

/** Runs `waybill <args>` and gives what it printed and its exit code. */
async function run(...args: string[]): Promise<{ output: string; exitCode: typeof process.exitCode }> {
  let output = '';
  const program = new Command('waybill').exitOverride();
  program.configureOutput({ writeOut: (text) => (output += text), writeErr: (text) => (output += text) });
  addConfigCommands(program);
  await program.parseAsync(args, { from: 'user' });
  return { output, exitCode: process.exitCode };
}

describe('waybill config check', () => {
  it('says where apps go when the configuration is right', async () => {
    const { output, exitCode } = await run('config', 'check', '--config', configFile(smallest));

    expect(output).toBe(`${path.join(folder, 'waybill.yaml')} is right.\n  dev → test\n`);
    expect(exitCode).toBeUndefined();
  });

  it('says where alerts go, and how failures are heard of', async () => {
    const tenant = 'id: t, url: "https://t.example", apiKey: "k"';
    const alerts = `alerts:
  broker: { url: "mqtts://broker.example" }
  tenants: { eu: { ${tenant} }, us: { ${tenant.replace('id: t', 'id: u')}, reconcile: { every: 0 } } }
  destinations:
    slack: { bi: { webhook: "w", tenants: [eu] }, off: { webhook: "w", enabled: false } }
    mqtt: { bus: { tenants: [eu] } }
`;

    const { output } = await run('config', 'check', '--config', configFile(alerts));

    expect(output.split('\n').slice(1)).toEqual([
      '  alerts of eu (events from mqtts://broker.example, and a look every 15m) → slack/bi, mqtt/bus',
      '  alerts of us (events from mqtts://broker.example) → nobody',
      '',
    ]);
  });

  it('ends with 2 and lists every problem with its line', async () => {
    const { output, exitCode } = await run('config', 'check', '-c', configFile(`${smallest}locale: "?"\nx: 1\n`));

    expect(output).toMatch(/has 2 problem\(s\):\n {2}line 12, column 1: locale: .*\n {2}line 13, column 1: x: /);
    expect(exitCode).toBe(2);
  });

  it('gives the problems as JSON', async () => {
    const { output, exitCode } = await run('config', 'check', '--json', '-c', configFile(`${smallest}x: 1\n`));

    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      problems: [{ path: 'x', line: 12, column: 1, wrong: expect.any(String), right: expect.any(String) }],
    });
    expect(exitCode).toBe(2);
  });

  it('tries the secrets when it is asked to, and shows none', async () => {
    const text = `${smallest}mail: { login: { user: u, password: "\${file:none}" } }\nledger: { url: canary-1 }\n`;

    const { output, exitCode } = await run('config', 'check', '--secrets', '-c', configFile(text));

    expect(output).toMatch(/cannot be read:\n {2}mail\.login\.password: The secret \$\{file:none\} cannot be read: /);
    expect(output).not.toContain('canary');
    expect(exitCode).toBe(2);
  });

  it('fails when there is no file', async () => {
    await expect(run('config', 'check', '-c', path.join(folder, 'none.yaml'))).rejects.toMatchObject({
      code: 'WAYBILL_CONFIG_NOT_FOUND',
      exitCode: 2,
    });
  });
});

describe('waybill config print', () => {
  it('shows what is in force as YAML or JSON', async () => {
    const file = configFile(smallest);

    const yaml = parse((await run('config', 'print', '-c', file)).output) as unknown;
    const json = JSON.parse((await run('config', 'print', '--json', '-c', file)).output) as unknown;

    expect(yaml).toMatchObject({ sources: { dev: { sweep: '5m' } } });
    expect(json).toEqual(yaml);
  });

  it('fails with every problem when the configuration is wrong', async () => {
    await expect(run('config', 'print', '-c', configFile('x: 1\n'))).rejects.toMatchObject({
      code: 'WAYBILL_CONFIG_INVALID',
      exitCode: 2,
    });
  });
});

describe('waybill config schema', () => {
  it('prints the JSON Schema, or writes it to a file', async () => {
    const file = path.join(folder, 'schema.json');

    const { output } = await run('config', 'schema');
    await run('config', 'schema', '--output', file);

    expect(JSON.parse(output)).toMatchObject({ title: 'Waybill configuration' });
    expect(readFileSync(file, 'utf8')).toBe(output);
  });
});
