import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { osAccount } from '../../../config/os-account.ts';
import type { DecisionReport } from '../../../starter/cli/decide-command.ts';
import { endedPromotion, whatStands } from '../../harness/acts.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { REP } from '../../harness/world.ts';
import { type CliWorld, publishAndWait, startCliWorld } from './cli-world.ts';

const program = fileURLToPath(new URL('../../../bin/waybill.js', import.meta.url));

describe('waybill approve and waybill deny', () => {
  let cli: CliWorld;
  let to: (name: string) => string;

  beforeAll(async () => {
    cli = await startCliWorld({
      change: (yaml, alias) => {
        yaml['targets'][alias('prod')] = { acceptAsserted: false };
      },
    });
    to = cli.world.alias;
  });

  afterAll(async () => {
    await cli?.world.close();
  });

  it('promotes an app by its name, and follows it to the end', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Approved by CLI');
    const content = world.site('dev').contentHash(appId);

    const targets = ['--to', `${to('test')}:Overwrite`, '--stream', 'Sales', '--stream', 'Finance'];
    const ran = await cli.run(
      'approve',
      'approved by cli',
      ...targets,
      '--note',
      'checked with Ann',
      '--yes',
      '--wait',
    );

    expect(ran).toMatchObject({ exitCode: 0, errors: '' });
    expect(ran.output).toMatch(/Approve Approved by CLI of dev-\w+, stream Sales/);
    expect(ran.output).toMatch(/test-\w+: verified[^]*ended as promoted[^]*Approved by CLI: promoted/);
    const stands = whatStands(world, 'test').filter((app) => app.name === 'Approved by CLI');
    expect(stands.map((app) => [app.stream, app.content])).toEqual([
      ['Finance', content],
      ['Sales', content],
    ]);
    const { decision } = await endedPromotion(world, appId);
    expect(decision).toMatchObject({
      by: { account: osAccount(), door: 'cli', asserted: true },
      note: 'checked with Ann',
    });
  });

  it('denies an app, which goes back to its owner and nowhere else', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Denied by CLI');

    const report = await cli.json<DecisionReport>('deny', appId, '--yes', '--wait');

    expect(report).toEqual({
      dryRun: false,
      verdict: 'deny',
      site: to('dev'),
      appId,
      appName: 'Denied by CLI',
      targets: [],
      account: osAccount(),
      note: null,
      promotionKey: expect.stringMatching(/^[a-z2-7]{16}$/),
      state: 'denied',
    });
    expect(whatStands(world, 'test').some((app) => app.name === 'Denied by CLI')).toBe(false);
    const returned = whatStands(world, 'dev').find((app) => app.name === 'Denied by CLI');
    expect(returned).toMatchObject({ owner: REP, stream: undefined });
  });

  it('changes nothing in a dry run, and says what would happen', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Only looked at');

    const targets = ['--to', `${to('test')}:duplicate`, '--to', `${to('prod')}:Overwrite`, '--stream', 'Sales'];
    const report = await cli.json<DecisionReport>('approve', appId, ...targets, '--dry-run');
    const { output } = await cli.run(
      'approve',
      appId,
      '--to',
      `${to('prod')}:Overwrite`,
      '--stream',
      'Sales',
      '--dry-run',
    );

    expect(report).toMatchObject({
      dryRun: true,
      promotionKey: null,
      state: null,
      targets: [
        { site: to('test'), mode: 'duplicate', streams: ['Sales'] },
        { site: to('prod'), mode: 'overwrite', streams: ['Sales'] },
      ],
    });
    expect(output).toContain(`${to('prod')} takes no decision whose author nobody proved; this one will be refused`);
    expect(output).toContain('Nothing was done: Only looked at still waits.');
    expect(await world.ledger.listPromotions({ appId })).toEqual([]);
    expect(await world.ledger.getAwaiting(to('dev'), appId)).toBeDefined();
  });

  it('is refused by a target that takes no unproved author, and leaves the app waiting', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Refused by prod');

    const ran = await cli.run('approve', appId, '--to', `${to('prod')}:Overwrite`, '--stream', 'Sales', '--yes');

    expect(ran.exitCode).toBe(1);
    expect(ran.errors).toMatch(/does not count: Target "prod-\w+" takes no decision whose author nobody proved/);
    expect(ran.errors).toContain('Code: WAYBILL_DECISION_NOT_ALLOWED');
    expect(await world.ledger.listPromotions({ appId })).toEqual([]);
    expect(await world.ledger.getAwaiting(to('dev'), appId)).toBeDefined();
  });

  it('lists the choices for a name that two apps have', async () => {
    const { world } = cli;
    const first = await publishAndWait(world, 'Twice');
    const second = await publishAndWait(world, 'Twice', 'COMPANY\\other');

    const ran = await cli.run('deny', 'Twice', '--yes');

    expect(ran.exitCode).toBe(1);
    expect(ran.errors).toContain('"Twice" can mean 2 apps:');
    for (const id of [first, second]) expect(ran.errors).toContain(`  ${id}  Twice  on ${to('dev')}, owner COMPANY\\`);
  });

  it('ends with 3 when nothing of this name waits, and names similar apps', async () => {
    await publishAndWait(cli.world, 'Sales Overview 2025');

    const ran = await cli.run(
      'approve',
      'Sales Overview',
      '--to',
      `${to('test')}:Overwrite`,
      '--stream',
      'Sales',
      '--yes',
    );

    expect(ran.exitCode).toBe(3);
    expect(ran.errors).toContain(
      'No app "Sales Overview" waits for a decision; similar ones do: "Sales Overview 2025".',
    );
  });

  it('tells the known targets when one is unknown or written wrongly', async () => {
    const appId = await publishAndWait(cli.world, 'Where to');
    const approveTo = (target: string) => cli.run('approve', appId, '--to', target, '--stream', 'Sales', '--yes');

    const unknown = await approveTo('nowhere:Overwrite');
    const noMode = await approveTo(to('test'));
    const badMode = await approveTo(`${to('test')}:Replace`);

    expect(unknown).toMatchObject({ exitCode: 1, errors: expect.stringContaining('nowhere is no target of dev') });
    expect(noMode).toMatchObject({ exitCode: 2, errors: expect.stringContaining('the mode is missing') });
    expect(badMode).toMatchObject({ exitCode: 2, errors: expect.stringContaining('"Replace" is no mode') });
    for (const { errors } of [unknown, noMode, badMode]) expect(errors).toContain(`${to('test')}, ${to('prod')}`);
  });

  it('asks for what is missing: a target, a stream, a yes', async () => {
    const appId = await publishAndWait(cli.world, 'Half a command');

    const noTarget = await cli.run('approve', appId, '--stream', 'Sales', '--yes');
    const noStream = await cli.run('approve', appId, '--to', `${to('test')}:Overwrite`, '--yes');
    const noYes = await cli.run('deny', appId);
    const noSite = await cli.run('deny', appId, '--site', 'nowhere', '--yes');

    expect(noTarget).toMatchObject({ exitCode: 2, errors: expect.stringContaining('Add --to') });
    expect(noStream).toMatchObject({ exitCode: 2, errors: expect.stringContaining('Add --stream') });
    expect(noYes).toMatchObject({ exitCode: 2, errors: expect.stringContaining('Add --yes') });
    expect(noSite).toMatchObject({ exitCode: 2, errors: expect.stringContaining('no source "nowhere"') });
  });

  it('comes too late for an app that is being promoted', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Too late');
    const fault = world
      .site('test')
      .faults.add({ effect: { type: 'status', status: 403 }, path: 'app/upload', times: 0 });
    const approval = ['approve', appId, '--to', `${to('test')}:Overwrite`, '--stream', 'Sales', '--yes'] as const;
    const first = await cli.json<DecisionReport>(...approval);
    await waitFor('the decision to be taken up', async () => !(await world.ledger.getAwaiting(to('dev'), appId)));

    const second = await cli.run('deny', appId, '--yes');
    world.site('test').faults.clear(fault);

    expect(second.exitCode).toBe(1);
    expect(second.errors).toContain(
      `"Too late" is decided already (approve by ${osAccount()}); see promotion ${first.promotionKey}`,
    );
  });

  it('makes one decision of two at the same moment', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'At once');
    const approval = ['approve', appId, '--to', `${to('test')}:Duplicate`, '--stream', 'Sales', '--yes'] as const;

    const both = await Promise.all([cli.run(...approval), cli.run(...approval)]);
    const ended = await endedPromotion(world, appId);

    expect(both.filter(({ exitCode }) => exitCode === 0)).toHaveLength(1);
    expect(both.filter(({ exitCode }) => exitCode === 1)).toHaveLength(1);
    expect(both.map(({ errors }) => errors).join('')).toMatch(/right now|being carried out|too late|decided already/);
    expect(ended.state).toBe('promoted');
    expect(whatStands(world, 'test').filter((app) => app.name === 'At once')).toHaveLength(1);
  });

  // Windows has no signal that a test could send in the place of Ctrl-C.
  it.skipIf(process.platform === 'win32')('leaves a promotion running that nobody follows any more', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Followed');
    const refusal = { type: 'status', status: 403 } as const;
    const fault = world.site('test').faults.add({ effect: refusal, path: 'app/upload', times: 0 });
    const approval = ['approve', appId, '--to', `${to('test')}:Overwrite`, '--stream', 'Sales', '--yes', '--wait'];
    const follower = spawn(process.execPath, [program, ...approval, '--config', cli.file]);
    let output = '';
    follower.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(follower, 'exit');

    await waitFor('the trouble to be told', () => output.includes('stuck at "upload"'));
    follower.kill('SIGINT');

    expect((await exit)[0]).toBe(130);
    expect(output).toMatch(/waybill retry [a-z2-7]{16} --target test[^]*It goes on without you/);
    world.site('test').faults.clear(fault);
    expect(await cli.run('retry', appId)).toMatchObject({ exitCode: 0 });
    expect((await endedPromotion(world, appId)).state).toBe('promoted');
  });
});
