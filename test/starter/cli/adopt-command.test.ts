import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdoptReport } from '../../../starter/cli/adopt-command.ts';
import { approve, endedPromotion, whatStands } from '../../harness/acts.ts';
import { MANAGER, REP, type World } from '../../harness/world.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type CliWorld, startCliWorld } from './cli-world.ts';

const AN_HOUR_MS = 3_600_000;

describe('waybill adopt', () => {
  let cli: CliWorld;
  let site: string;
  let first: string;
  let second: string;
  let changed: string;

  beforeAll(async () => {
    cli = await startCliWorld();
    site = cli.world.alias('dev');
    first = approveBeforeFirstStart(cli.world, 'Stood approved');
    second = approveBeforeFirstStart(cli.world, 'Stood approved as well');
    changed = approveBeforeFirstStart(cli.world, 'Changed since');
    cli.world.site('dev').actAs.edit(changed);
    await waitFor('the standing decisions to be noted', async () => {
      const memories = await cli.world.ledger.listAppMemories<{ standing?: unknown; digest?: string }>(site);
      return memories.filter(({ memory }) => memory.standing && memory.digest).length === 3;
    });
  });

  afterAll(async () => {
    await cli?.world.close();
  });

  /** By the site's clock, which ran an hour behind then, all of it happened before Waybill first saw the site. */
  function approveBeforeFirstStart(world: World, name: string): string {
    const dev = world.site('dev');
    dev.setClockSkew(-AN_HOUR_MS);
    const appId = dev.actAs.createApp({ name, owner: REP, dataSizeBytes: 20_000 });
    dev.actAs.publish(appId, 'Sales');
    approve(world, appId, { test: 'Overwrite' }, ['Sales']);
    dev.setClockSkew(0);
    return appId;
  }

  it('lists what stood before the first start, and takes nothing up unasked', async () => {
    const { output } = await cli.run('adopt', site);
    const report = await cli.json<AdoptReport>('adopt', site);

    expect(output).toMatch(/until they are taken up \(3\)\n/);
    expect(output).toMatch(/Stood approved +approve +COMPANY\\manager +[\d-]+ [\d:]+ +test-\w+: overwrite in Sales/);
    expect(output).toContain('Nothing was done. Name apps, or add --all.');
    expect(report).toMatchObject({ site, dryRun: false, adopted: [] });
    expect(report.standing.find((one) => one.appId === first)).toEqual({
      appId: first,
      appName: 'Stood approved',
      owner: REP,
      stream: 'Sales',
      verdict: 'approve',
      targets: [{ site: cli.world.alias('test'), mode: 'overwrite', streams: ['Sales'] }],
      decidedBy: MANAGER,
      decidedAtUtc: expect.any(String),
      since: 'first-start',
      promotionKey: null,
      delivered: null,
    });
    expect(await cli.world.ledger.listPromotions({ site })).toEqual([]);
  });

  it('changes nothing in a dry run, or without a yes', async () => {
    const dry = await cli.run('adopt', site, '--all', '--dry-run');
    const noYes = await cli.run('adopt', site, first);

    expect(dry).toMatchObject({ exitCode: 0, output: expect.stringContaining('Would be taken up: ') });
    expect(noYes).toMatchObject({ exitCode: 2 });
    expect((await cli.json<AdoptReport>('adopt', site)).standing).toHaveLength(3);
  });

  it('promotes what is taken up, in the name of whoever approved it', async () => {
    const ran = await cli.run('adopt', site, 'stood approved', '--yes');
    const promotion = await endedPromotion(cli.world, first);

    expect(ran).toMatchObject({ exitCode: 0, output: expect.stringContaining('Taken up: Stood approved.') });
    expect(promotion).toMatchObject({ state: 'promoted', decision: { by: { account: MANAGER, door: 'qmc' } } });
    expect(whatStands(cli.world, 'test').map((app) => app.name)).toEqual(['Stood approved']);
    const [record] = await cli.world.ledger.listRecords({ site, types: ['adopted'] });
    expect(record).toMatchObject({ appId: first, facts: { by: { door: 'cli', asserted: true } } });
  });

  it('takes up every one with --all; a changed app asks for approval again', async () => {
    const report = await cli.json<AdoptReport>('adopt', site, '--all', '--yes');
    const promotion = await endedPromotion(cli.world, second);

    expect(report.adopted.toSorted()).toEqual([second, changed].toSorted());
    expect(promotion.state).toBe('promoted');
    const waiting = await waitFor('the changed app to wait', () => cli.world.ledger.getAwaiting(site, changed));
    expect(waiting.missing.join()).toMatch(/changed after COMPANY\\manager approved it/);
    expect(await cli.json<AdoptReport>('adopt', site)).toMatchObject({ standing: [], adopted: [] });
  });

  it('ends with 3 for an app without such a decision, and with 2 for an unknown site', async () => {
    expect(await cli.run('adopt', site, 'No such app', '--yes')).toMatchObject({ exitCode: 3 });
    expect(await cli.run('adopt', 'nowhere')).toMatchObject({ exitCode: 2 });
  });
});
