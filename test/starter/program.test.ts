import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { main } from '../../starter/cli/main.ts';
import { smallest } from '../config/write-config.ts';
import { oldNode, waybillOnce } from './waybill-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-program-'));
const none = join(folder, 'none.yaml');
const noStack = /\n\s+at /;

afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  process.exitCode = undefined;
});

/** Runs `waybill <args>` in this process. */
async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const output = { stdout: '', stderr: '' };
  await main(args, environment, {
    writeOut: (text) => (output.stdout += text),
    writeErr: (text) => (output.stderr += text),
    getOutHelpWidth: () => 80,
  });
  return { exitCode: process.exitCode ?? 0, ...output };
}

describe.each([
  ['this Node', process.execPath],
  ['a Node that is too old, which hands over', oldNode()],
])('bin/waybill.js, run with %s', (_what, node) => {
  it.skipIf(node === undefined)(
    'prints its commands for --help and hands back the exit code of a command',
    async () => {
      const [help, failed] = await Promise.all([
        waybillOnce(['--help'], { node }),
        waybillOnce(['up', '--config', none], { node }),
      ]);

      expect(help).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('Run it:') as string });
      expect(failed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(none) as string });
    },
  );
});

describe('waybill', () => {
  it('lists each command on one line, those that run it first, and examples below', async () => {
    const { exitCode, stdout } = await run(['--help']);
    const [list, examples] = stdout.slice(stdout.indexOf('Run it:')).split('Examples:');

    const lines = list!.split('\n').filter((line) => line.startsWith('  '));
    expect(lines.map((line) => /^ {2}(\w+) +\w/.exec(line)?.[1])).toEqual(
      'up worker listener console gateway subscriber list show audit approve deny retry skip abort pause resume adopt rebuild backup restore init service doctor config demo sandbox'.split(
        ' ',
      ),
    );
    expect(examples).toMatch(/^\n {2}waybill /);
    expect(exitCode).toBe(0);
  });

  it('prints the same when it is given nothing to do', async () => {
    expect(await run([])).toEqual(await run(['--help']));
  });

  it('prints the version of the package', async () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

    const { version } = JSON.parse(text) as { version: string };
    expect(await run(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('suggests the command that was probably meant', async () => {
    const { exitCode, stderr } = await run(['wroker']);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^waybill: unknown command 'wroker'\n\(Did you mean worker\?\)/);
  });

  it.each([
    ['an option that there is not', ['up', '--fast']],
    ['a value that cannot be', ['up', '--log-level', 'loud']],
    ['a word too many', ['listener', 'now']],
    ['a group without a command', ['config']],
  ])('ends with 2 for %s', async (_what, args) => {
    const { exitCode, stderr } = await run(args);

    expect(exitCode).toBe(2);
    expect(stderr).not.toMatch(noStack);
  });

  it.each(['up', 'worker', 'listener', 'console', 'subscriber'])(
    '%s says what is wrong with the configuration, and no stack',
    async (command) => {
      const file = join(folder, 'wrong.yaml');
      writeFileSync(file, `${smallest}locale: "?"\n`);

      const { exitCode, stderr } = await run([command, '--config', file]);

      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^waybill: The configuration .* has 1 problem\(s\):\n {2}line 12, column 1: locale: /);
      expect(stderr).toMatch(/\n {2}Code: WAYBILL_CONFIG_INVALID\n {2}What to do: /);
      expect(stderr).not.toMatch(noStack);
    },
  );

  it('takes --config before the command too', async () => {
    const { exitCode, stderr } = await run(['--config', none, 'listener']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(none);
  });

  it.each([
    ['--debug', ['--debug'], {}],
    ['WAYBILL_DEBUG', [], { WAYBILL_DEBUG: '1' }],
  ])('shows where an error comes from with %s', async (_what, more, environment) => {
    const { stderr } = await run(['up', '--config', none, ...more], environment);

    expect(stderr).toMatch(/^waybill: No configuration file/);
    expect(stderr).toMatch(noStack);
  });
});
