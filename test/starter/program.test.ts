import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { smallest } from '../config/write-config.ts';
import { oldNode, waybillOnce } from './waybill-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-program-'));
const noStack = /\n\s+at /;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['this Node', process.execPath],
  ['a Node that is too old, which hands over', oldNode()],
])('waybill, run with %s', (_what, node) => {
  it.skipIf(node === undefined)('prints its commands, with examples, for --help and for nothing at all', async () => {
    const [help, nothing] = [await waybillOnce(['--help'], { node }), await waybillOnce([], { node })];

    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    for (const command of ['up', 'worker', 'listener', 'config', 'demo', 'sandbox']) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command} .*\\w`, 'm'));
    }
    expect(help.stdout).toMatch(/Examples:\n {2}waybill /);
    expect(nothing).toEqual(help);
  });

  it.skipIf(node === undefined)('hands back the exit code of the command', async () => {
    expect((await waybillOnce(['up', '--config', join(folder, 'none.yaml')], { node })).exitCode).toBe(2);
  });
});

describe('waybill', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };

    expect(await waybillOnce(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('suggests the command that was probably meant', async () => {
    const { exitCode, stderr } = await waybillOnce(['wroker']);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^waybill: unknown command 'wroker'\n\(Did you mean worker\?\)/);
  });

  it.each([
    ['an option that there is not', ['up', '--fast']],
    ['a value that cannot be', ['up', '--log-level', 'loud']],
    ['a word too many', ['listener', 'now']],
    ['a group without a command', ['config']],
  ])('ends with 2 for %s', async (_what, args) => {
    const { exitCode, stderr } = await waybillOnce(args);

    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(noStack);
  });

  it('says what is wrong with the configuration, with a code and what to do, and no stack', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, `${smallest}locale: "?"\n`);

    const { exitCode, stderr } = await waybillOnce(['worker', '--config', file]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^waybill: The configuration .* has 1 problem\(s\):\n {2}line 12, column 1: locale: /);
    expect(stderr).toMatch(/\n {2}Code: WAYBILL_CONFIG_INVALID\n {2}What to do: /);
    expect(stderr).not.toMatch(noStack);
  });

  it('takes --config before the command too', async () => {
    const { exitCode, stderr } = await waybillOnce(['--config', join(folder, 'none.yaml'), 'listener']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(join(folder, 'none.yaml'));
  });

  it.each([
    ['--debug', ['--debug'], {}],
    ['WAYBILL_DEBUG', [], { WAYBILL_DEBUG: '1' }],
  ])('shows where an error comes from with %s', async (_what, more, env) => {
    const { stderr } = await waybillOnce(['up', '--config', join(folder, 'none.yaml'), ...more], { env });

    expect(stderr).toMatch(/^waybill: No configuration file/);
    expect(stderr).toMatch(noStack);
  });
});
