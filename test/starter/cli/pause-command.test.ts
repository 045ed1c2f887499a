import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../../starter/cli/doctor/report.ts';
import type { Overview } from '../../../views/overview.ts';
import type { PauseReport } from '../../../starter/cli/pause-command.ts';
import { approve, endedPromotion, whatStands } from '../../harness/acts.ts';
import { publishedApp, swept } from '../../harness/scenes.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type CliWorld, promotionThat, publishAndWait, startCliWorld } from './cli-world.ts';

describe('waybill pause and resume', () => {
  let cli: CliWorld;
  let to: (name: string) => string;

  beforeAll(async () => {
    cli = await startCliWorld({
      change: (yaml) => {
        yaml['retry'].needsOperatorAfter = '1s';
      },
    });
    to = cli.world.alias;
  });

  afterEach(() => cli.run('resume', 'all'));

  afterAll(async () => {
    await cli?.world.close();
  });

  const pause = (site: string, why = 'it moves to a new server') => cli.json<PauseReport>('pause', site, '--why', why);
  const writesAt = (site: string) =>
    cli.world
      .site(site)
      .requests()
      .filter(({ method }) => method !== 'GET').length;
  const standing = (site: string, name: string) => whatStands(cli.world, site).filter((app) => app.name === name);

  it('begins nothing at a paused target, serves the others, and goes on once it is resumed', async () => {
    await pause(to('test'));
    const writes = writesAt('test');
    const appId = await publishAndWait(cli.world, 'One target waits');
    approve(cli.world, appId, { test: 'Duplicate', prod: 'Duplicate' }, ['Sales']);
    await waitFor('the other target', () => standing('prod', 'One target waits').some(({ stream }) => stream));
    await swept(cli.world);

    expect(writesAt('test')).toBe(writes);
    expect(cli.world.site('dev').app(appId)).toMatchObject({ published: true });

    expect(await cli.json<PauseReport>('resume', to('test'))).toEqual({ changed: true, paused: [] });
    expect(await endedPromotion(cli.world, appId)).toMatchObject({ state: 'promoted' });
    expect(standing('test', 'One target waits')).toHaveLength(1);
    expect(standing('prod', 'One target waits')).toHaveLength(1);
  });

  it('loses nothing that people do at a paused source', async () => {
    await pause(to('dev'));
    const appId = publishedApp(cli.world, 'Decided meanwhile');
    approve(cli.world, appId, { test: 'Duplicate' }, ['Sales']);
    await swept(cli.world);
    expect(await cli.world.ledger.listPromotions({ site: to('dev'), appId })).toEqual([]);

    await cli.run('resume', to('dev'));

    expect(await endedPromotion(cli.world, appId)).toMatchObject({ state: 'promoted' });
  });

  it('lets a step that runs go on to its end, and begins no other', async () => {
    const { faults } = cli.world.site('test');
    const appId = await publishAndWait(cli.world, 'Paused in the middle');
    const slow = faults.add({ path: '/app/upload', effect: { type: 'delay', delayMs: 1500 }, times: 1 });
    approve(cli.world, appId, { test: 'Duplicate' }, ['Sales']);
    await waitFor('the upload to run', () => faults.struck(slow) > 0);

    await pause(to('test'));
    const promotion = await promotionThat(cli.world, appId, 'the promotion', () => true);
    const staged = () =>
      cli.world
        .site('test')
        .apps()
        .find(({ name }) => name.includes(promotion.promotionKey));
    await waitFor('the upload to be whole', staged);
    await waitFor('the pause to be told', async () => {
      const { stuck } = await cli.json<Overview>('list', '--stuck');
      return stuck?.some(
        ({ promotionKey, code }) => promotionKey === promotion.promotionKey && code === 'WAYBILL_SITE_PAUSED',
      );
    });
    expect(staged()).toMatchObject({ published: false });

    await cli.run('resume', to('test'));
    expect(await endedPromotion(cli.world, appId)).toMatchObject({ state: 'promoted' });
  });

  it('tells whoever looks who paused and why, and mails nobody for it', async () => {
    await pause(to('test'), 'the <b>new</b> server\u0007');
    const appId = await publishAndWait(cli.world, 'Why it waits');
    const targets = ['--to', `${to('test')}:Duplicate`, '--stream', 'Sales'];
    expect((await cli.run('approve', appId, ...targets, '--dry-run')).output).toContain(`Paused: ${to('test')}`);
    const elsewhere = ['--to', `${to('prod')}:Duplicate`, '--stream', 'Sales'];
    expect((await cli.run('approve', appId, ...elsewhere, '--dry-run')).output).not.toContain('Paused');
    approve(cli.world, appId, { test: 'Duplicate' }, ['Sales']);
    await waitFor('the pause to be told', async () =>
      (await cli.json<Overview>('list', '--stuck')).stuck?.some(({ appName }) => appName === 'Why it waits'),
    );

    const { output } = await cli.run('list');
    expect(output).toMatch(new RegExp(`^Paused: ${to('test')}, by .+ since .+ \\(.+\\): the <b>new</b> server`));
    expect((await cli.run('show', 'Why it waits')).output).toContain(`Paused: ${to('test')}`);
    expect((await cli.run('pause')).output).toContain('the <b>new</b> server');
    const troubles = cli.world.inbox.messages().filter(({ messageId }) => messageId.includes('.trouble.'));
    expect(troubles.filter(({ text }) => text.includes('WAYBILL_SITE_PAUSED'))).toEqual([]);
    const { promotionKey } = await promotionThat(cli.world, appId, 'the promotion', () => true);
    const attempts = await cli.world.ledger.attemptsOf({ promotionKey });
    expect(attempts.filter(({ errorCode }) => errorCode === 'WAYBILL_SITE_PAUSED')).toEqual([]);
  });

  it('has doctor look at a paused site, and write nothing there', async () => {
    await pause(to('test'));
    const writes = writesAt('test');

    const { findings } = await cli.json<DoctorReport>('doctor', '--only', 'site');

    const rights = findings.find(({ check, subject }) => check === 'site.rights' && subject.includes(to('test')));
    expect(rights).toMatchObject({ verdict: 'skipped', what: expect.stringContaining('paused') });
    expect(findings.find(({ check, subject }) => check === 'site.user' && subject.includes(to('test')))).toMatchObject({
      verdict: 'ok',
    });
    expect(writesAt('test')).toBe(writes);
  });

  it('holds every site until all are resumed, also over a restart of the worker', async () => {
    await pause('all', 'release night');
    const appId = publishedApp(cli.world, 'In the release night');
    approve(cli.world, appId, { test: 'Duplicate' }, ['Sales']);
    await cli.world.restartWorker();
    await swept(cli.world);
    expect(await cli.world.ledger.listPromotions({ site: to('dev'), appId })).toEqual([]);

    const refused = await cli.run('resume', to('test'));
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.errors).toContain('WAYBILL_SITE_PAUSED_WITH_ALL');
    expect(await cli.json<PauseReport>('resume', 'all')).toEqual({ changed: true, paused: [] });
    expect(await endedPromotion(cli.world, appId)).toMatchObject({ state: 'promoted' });
  });

  it('changes nothing when it is said again, and refuses what it does not understand', async () => {
    await pause(to('test'));
    expect(await pause(to('test'), 'another reason')).toMatchObject({
      changed: false,
      paused: [{ site: to('test'), why: 'it moves to a new server' }],
    });
    expect((await cli.run('resume', to('prod'))).output).toContain(`${to('prod')} was not paused.`);

    const unknown = await cli.run('pause', 'nowhere', '--why', 'x');
    expect(unknown.errors).toContain('WAYBILL_CONFIG_UNKNOWN_SITE');
    const silent = await cli.run('pause', to('prod'), '--why', ' ');
    expect(silent).toMatchObject({ exitCode: 2 });
    expect(silent.errors).toContain('--why');
    expect(await cli.json<PauseReport>('pause')).toMatchObject({ changed: false, paused: [{ site: to('test') }] });
  });
});
