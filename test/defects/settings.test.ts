import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CheckStep } from '../../activities/watch-types.ts';
import { loadConfig, readConfig } from '../../config/load.ts';
import { pathText } from '../../config/problem.ts';
import type { CheckInput } from '../../workflows/check.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { smallest, writeConfig } from '../config/write-config.ts';
import { startWorld, type World } from '../harness/world.ts';

async function problemsOf(text: string): Promise<string[]> {
  const { problems } = await readConfig(writeConfig(text), {});
  return problems.map((problem) => `${pathText(problem.path)}: ${problem.wrong}`);
}

describe('settings', () => {
  it('need no word on where Waybill runs: every site is a host, and a missing one is named', async () => {
    const config = await loadConfig(writeConfig(smallest), {});

    expect(config.sites['dev']?.hosts).toEqual(['qlik-dev.example']);
    expect(JSON.stringify(config.sites)).not.toContain('localhost');
    const [problem] = await problemsOf(smallest.replace('    hosts: [qlik-dev.example]\n', ''));
    expect(problem).toMatch(/^sites\.dev\.hosts: this setting is required/);
  });

  it.each(['../..', '..', 'a/b', 'a\\b', 'Test', 'con:', ''])('refuse the alias %j', async (alias) => {
    const problems = await problemsOf(smallest.replaceAll('test:', `${JSON.stringify(alias)}:`));

    expect(problems).toContainEqual(expect.stringContaining('cannot be a name here'));
  });

  it('refuse an alias that stands twice', async () => {
    const [problem] = await problemsOf(`${smallest}  test: {}\n`);

    expect(problem).toContain('this key stands twice');
  });

  it('take any port for the listener', async () => {
    const config = await loadConfig(writeConfig(`${smallest}listener: { port: 6123 }\n`), {});

    expect(config.listener).toMatchObject({ port: 6123, publicUrl: expect.stringContaining(':6123') });
  });

  it('take a password as it is, whatever it looks like, and say clearly when there is none', async () => {
    const mail = (password: string): string => `${smallest}mail: { login: { user: u, password: '${password}' } }\n`;

    const plain = await loadConfig(writeConfig(mail('pässwörd=§$%')), {});
    expect(await plain.mail.login?.password.resolve()).toBe('pässwörd=§$%');

    const missing = await loadConfig(writeConfig(mail('${env:NO_SUCH_VARIABLE}')), {});
    await expect(missing.mail.login?.password.resolve()).rejects.toThrow(/NO_SUCH_VARIABLE/);
  });
});

describe('the test of a connection', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({
      targets: ['test'],
      before: (site) => {
        site('test').actAs.createUser({ directory: 'COMPANY', id: 'waybill', roles: ['RootAdmin'] });
      },
      change: (yaml, alias) => {
        yaml['sites'][alias('test')].user = { directory: 'COMPANY', id: 'waybill' };
      },
    });
  });

  afterEach(() => world.site('test').faults.clear());

  afterAll(async () => {
    await world?.close();
  });

  const check = (): Promise<readonly CheckStep[]> =>
    world.temporal.client.workflow.execute<(input: CheckInput) => Promise<readonly CheckStep[]>>('check', {
      workflowId: workflowIds.check('site', randomUUID()),
      taskQueue: world.config.temporal.taskQueue,
      args: [{ kind: 'site', site: world.alias('test') }],
    });

  it('asks as the user of the settings, and passes', async () => {
    const steps = await check();

    expect(steps.map(({ ok }) => ok)).toEqual(steps.map(() => true));
    const users = world
      .site('test')
      .requests()
      .map(({ user }) => user);
    expect(new Set(users)).toEqual(new Set(['UserDirectory=COMPANY; UserId=waybill']));
  });

  it('fails on a refusal, and says so', async () => {
    world.site('test').faults.add({ path: '/qrs/stream', effect: { type: 'status', status: 403, text: 'Forbidden' } });

    const steps = await check();

    expect(steps.at(-1)).toMatchObject({
      name: 'read streams',
      ok: false,
      detail: expect.stringContaining('Forbidden'),
    });
  });
});
