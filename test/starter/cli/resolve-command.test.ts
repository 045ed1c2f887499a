import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionReport } from '../../../starter/cli/decide-command.ts';
import type { Overview } from '../../../views/overview.ts';
import type { OrderReport } from '../../../starter/cli/resolve-command.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import { approve, endedPromotion, whatStands } from '../../harness/acts.ts';
import { MANAGER } from '../../harness/world.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type CliWorld, promotionThat, publishAndWait, startCliWorld } from './cli-world.ts';

describe('waybill retry, skip and abort', () => {
  let cli: CliWorld;
  let to: (name: string) => string;

  beforeAll(async () => {
    cli = await startCliWorld({
      change: (yaml) => {
        // So that nothing goes on by itself, and only an order can be what made it go on.
        yaml['retry'].recheck = '1h';
      },
    });
    to = cli.world.alias;
  });

  afterAll(async () => {
    await cli?.world.close();
  });

  /** Approves an app for test and prod while sites refuse what matches `path`; `mend` ends that. */
  async function stuckAt(sites: string | string[], path: string, name: string) {
    const { world } = cli;
    const appId = await publishAndWait(world, name);
    const refusal = { type: 'status', status: 403, text: 'Forbidden' } as const;
    const boards = [sites].flat().map((site) => world.site(site).faults);
    const faults = boards.map((board) => ({ board, id: board.add({ effect: refusal, path, times: 0 }) }));
    const targets = ['--to', `${to('test')}:Overwrite`, '--to', `${to('prod')}:Duplicate`, '--stream', 'Sales'];
    const { promotionKey } = await cli.json<DecisionReport>('approve', appId, ...targets, '--yes');
    if (!promotionKey) throw new Error('no promotion');
    const mend = (): void => faults.forEach(({ board, id }) => board.clear(id));
    return { appId, promotionKey, mend };
  }

  async function stuckDelivery(promotionKey: string, target: string): Promise<void> {
    await waitFor('the delivery to be stuck', async () => {
      const [delivery] = await cli.world.ledger.listDeliveries({ promotionKey, target: to(target) });
      return delivery?.trouble !== undefined;
    });
  }

  function appsNamed(site: string, name: string) {
    return whatStands(cli.world, site).filter((app) => app.name === name);
  }

  it('goes on at the one stuck target after its cause is mended', async () => {
    const { appId, promotionKey, mend } = await stuckAt('prod', 'app/upload', 'Mended');
    await stuckDelivery(promotionKey, 'prod');
    mend();

    const report = await cli.json<OrderReport>('retry', 'Mended');

    expect(report).toEqual({
      action: 'retry',
      promotionKey,
      site: to('dev'),
      appId,
      appName: 'Mended',
      target: to('prod'),
      accepted: true,
      state: 'needs-operator',
      restarted: false,
    });
    expect(await endedPromotion(cli.world, appId)).toMatchObject({ state: 'promoted' });
    expect(appsNamed('prod', 'Mended')).toHaveLength(1);
  });

  it('does without one target and promotes to the others', async () => {
    const { appId, promotionKey, mend } = await stuckAt('prod', 'app/upload', 'Skipped');
    await stuckDelivery(promotionKey, 'prod');

    const ran = await cli.run('skip', promotionKey, '--target', to('prod'), '--note', 'rebuilt', '--yes');
    const ended = await endedPromotion(cli.world, appId);
    mend();

    expect(ran).toMatchObject({ exitCode: 0, errors: '' });
    expect(ran.output).toMatch(/Skip prod-\w+ for Skipped\n {2}- prod-\w+ stays as it is/);
    expect(ran.output).toContain('the app leaves its stream on');
    expect(ended).toMatchObject({ state: 'partly-promoted', outcome: { cleanUp: { outcome: 'done' } } });
    expect(appsNamed('test', 'Skipped')).toHaveLength(1);
    expect(appsNamed('prod', 'Skipped')).toEqual([]);
    const { output } = await cli.run('show', promotionKey);
    expect(output).toMatch(/skipped: skip by .+: rebuilt/);
  });

  it('leaves the source untouched when one target is aborted', async () => {
    const { appId, promotionKey, mend } = await stuckAt('prod', 'app/upload', 'Aborted');
    const before = cli.world.site('dev').contentHash(appId);
    await stuckDelivery(promotionKey, 'prod');

    const ran = await cli.run('abort', appId, '--yes');
    const ended = await endedPromotion(cli.world, appId);
    mend();

    expect(ran.output).toContain(`the app stays in its stream on ${to('dev')}, with its properties`);
    expect(ended.state).toBe('partly-promoted');
    expect(appsNamed('dev', 'Aborted')).toMatchObject([{ id: appId, stream: 'Sales', content: before }]);
  });

  it('aborts a promotion that cannot export, and promotes nothing', async () => {
    const { appId, promotionKey, mend } = await stuckAt('dev', '/export', 'No export');
    await promotionThat(cli.world, appId, 'the export to be stuck', ({ state }) => state === 'needs-operator');

    const skipped = await cli.run('skip', promotionKey, '--yes');
    const ran = await cli.run('abort', promotionKey, '--yes');
    const ended = await endedPromotion(cli.world, appId);
    mend();

    expect(skipped).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('only a target can be done without'),
    });
    expect(ran.output).toContain('No target gets it.');
    expect(ended.state).toBe('aborted');
    expect(appsNamed('dev', 'No export')).toMatchObject([{ id: appId, stream: 'Sales' }]);
    expect([...appsNamed('test', 'No export'), ...appsNamed('prod', 'No export')]).toEqual([]);
  });

  it('keeps what was delivered when only the clean-up is given up', async () => {
    const { appId, promotionKey, mend } = await stuckAt('dev', `/copy`, 'No clean-up');
    await promotionThat(cli.world, appId, 'the clean-up to be stuck', ({ state }) => state === 'needs-operator');

    const ran = await cli.run('abort', promotionKey, '--yes');
    const ended = await endedPromotion(cli.world, appId);
    mend();

    expect(ran.output).toContain('What was delivered stays as it is.');
    expect(ended).toMatchObject({
      state: 'promoted',
      outcome: { cleanUp: { outcome: 'kept' }, deliveries: [{ state: 'verified' }, { state: 'verified' }] },
    });
    expect(appsNamed('dev', 'No clean-up')).toMatchObject([{ id: appId, stream: 'Sales' }]);
  });

  it('replaces the app that was chosen where several bear the name', async () => {
    const { actAs } = cli.world.site('test');
    const [left, chosen] = [1, 2].map(() => {
      const standing = actAs.createApp({ name: 'Several', owner: MANAGER });
      actAs.publish(standing, 'Sales');
      return standing;
    });
    const { appId, promotionKey } = await stuckAt('dev', 'no-such-call', 'Several');
    await stuckDelivery(promotionKey, 'test');

    const { stuck } = await cli.json<Overview>('list');
    const { choices } = stuck!.find((one) => one.promotionKey === promotionKey)!;
    expect(new Set(choices)).toEqual(new Set([left, chosen]));
    for (const command of [['list'], ['show', promotionKey]])
      expect((await cli.run(...command)).output).toContain(`${promotionKey} --target ${to('test')} --choose <app id>`);
    const wrong = await cli.run('retry', promotionKey, '--choose', 'the first');
    const ran = await cli.run('retry', promotionKey, '--target', to('test'), '--choose', chosen!);
    await endedPromotion(cli.world, appId);

    expect(wrong).toMatchObject({ exitCode: 2, errors: expect.stringContaining('"the first" is no id of an app') });
    expect(ran.exitCode).toBe(0);
    const [first, second] = [left, chosen].map(
      (id) => appsNamed('test', 'Several').find((app) => app.id === id)?.content,
    );
    expect(second).toBe(appsNamed('prod', 'Several')[0]?.content);
    expect(first).not.toBe(second);
  });

  it('asks which target is meant when two are stuck', async () => {
    const { promotionKey, mend } = await stuckAt(['test', 'prod'], 'app/upload', 'Two stuck');
    await stuckDelivery(promotionKey, 'prod');
    await stuckDelivery(promotionKey, 'test');

    const ran = await cli.run('abort', promotionKey, '--yes');
    const noTarget = await cli.run('abort', promotionKey, '--target', 'nowhere', '--yes');
    mend();

    expect(ran.exitCode).toBe(2);
    expect(ran.errors).toContain(`has several targets that could be meant: ${to('prod')}, ${to('test')}.`);
    expect(noTarget).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('nowhere is no target of promotion'),
    });
  });

  it('means the promotion that is stuck where targets were added to it meanwhile', async () => {
    const { world } = cli;
    const appId = await publishAndWait(world, 'Added to');
    const { faults } = world.site('prod');
    const fault = faults.add({
      effect: { type: 'status', status: 403, text: 'Forbidden' },
      path: 'app/upload',
      times: 0,
    });
    approve(world, appId, { prod: 'Duplicate' }, ['Sales']);
    const stuck = await promotionThat(world, appId, 'the promotion', () => true);
    await stuckDelivery(stuck.promotionKey, 'prod');
    approve(world, appId, { prod: 'Duplicate', test: 'Duplicate' }, ['Sales']);
    await waitFor('the added target to have it', () => appsNamed('test', 'Added to').length === 1);
    const added = await promotionThat(world, appId, 'a second one', (one) => one.promotionKey !== stuck.promotionKey);

    const byTarget = await cli.run('retry', 'Added to', '--target', to('prod'));
    const elsewhere = await cli.run('skip', 'Added to', '--target', to('dev'), '--yes');
    await stuckDelivery(stuck.promotionKey, 'prod');
    const skipped = await cli.json<OrderReport>('skip', 'Added to', '--yes');
    await endedPromotion(world, appId);
    faults.clear(fault);

    expect(byTarget).toMatchObject({ exitCode: 0, output: expect.stringContaining(stuck.promotionKey) });
    expect(elsewhere).toMatchObject({ exitCode: 2, errors: expect.stringContaining('WAYBILL_CLI_WHICH_PROMOTION') });
    for (const { promotionKey } of [stuck, added]) expect(elsewhere.errors).toContain(promotionKey);
    expect(skipped).toMatchObject({ promotionKey: stuck.promotionKey, target: to('prod') });
    expect(appsNamed('prod', 'Added to')).toEqual([]);
  });

  it('has nothing to order where a promotion has ended, an app waits, or nothing is known', async () => {
    const { appId, promotionKey } = await stuckAt('dev', 'no-such-call', 'Ended');
    await endedPromotion(cli.world, appId);
    await publishAndWait(cli.world, 'Still waits');

    const ended = await cli.run('retry', promotionKey);
    const waits = await cli.run('abort', 'Still waits', '--yes');
    const looked = await cli.json<OrderReport>('retry', 'Still waits');
    const idle = await cli.run('retry', 'Still waits');
    const unknown = await cli.run('retry', 'Nobody knows it');

    expect(idle.output).toContain('it is in no trouble; it is looked at again');
    expect(ended).toMatchObject({ exitCode: 1, errors: expect.stringContaining('has ended (promoted)') });
    expect(waits).toMatchObject({ exitCode: 1, errors: expect.stringContaining('deny it instead') });
    expect(looked).toMatchObject({ accepted: true, state: 'awaiting-decision', promotionKey: null, restarted: false });
    expect(unknown).toMatchObject({ exitCode: 3, errors: expect.stringContaining('WAYBILL_CLI_NOT_FOUND') });
  });

  it('starts a promotion again from the ledger when Temporal has lost it', async () => {
    const { world } = cli;
    const { appId, promotionKey, mend } = await stuckAt('prod', 'app/upload', 'Lost');
    await stuckDelivery(promotionKey, 'prod');
    const { workflow } = world.temporal.client;
    for (const id of [workflowIds.promotion(to('dev'), appId), workflowIds.deliver(promotionKey, to('prod'))]) {
      await workflow.getHandle(id).terminate('lost');
    }
    mend();

    const aborted = await cli.run('abort', promotionKey, '--yes');
    const retried = await cli.json<OrderReport>('retry', promotionKey);

    expect(aborted).toMatchObject({ exitCode: 1, errors: expect.stringContaining('starts it again from the ledger') });
    expect(retried).toMatchObject({ accepted: true, restarted: true });
    expect(await endedPromotion(world, appId)).toMatchObject({ promotionKey, state: 'promoted' });
    expect(appsNamed('prod', 'Lost')).toHaveLength(1);
  });

  it('says so when no worker answers, and does not wait for ever', async () => {
    const { world } = cli;
    const { promotionKey, mend } = await stuckAt('prod', 'app/upload', 'Nobody works');
    await stuckDelivery(promotionKey, 'prod');
    const waiting = await publishAndWait(world, 'Nobody decides');
    await world.worker.close();

    const retried = await cli.run('retry', promotionKey, '--timeout', '2s');
    const denied = await cli.run('deny', waiting, '--yes', '--timeout', '2s');
    mend();
    await world.restartWorker();

    for (const ran of [retried, denied]) {
      expect(ran.exitCode).toBe(1);
      expect(ran.errors).toContain('no worker answered within 2 s');
      expect(ran.errors).toContain('Is `waybill worker` (or `waybill up`) running?');
    }
  });
});
