import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../views/overview.ts';
import type { Story } from '../../views/promotion-story.ts';
import {
  expectMails,
  expectStanding,
  expectStays,
  expectUnpublished,
  lastEvent,
  promoted,
  publishedApp,
  type SentApp,
  standingOf,
  stagingApps,
  doingsOf,
} from '../effects/effects.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import { swept } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import { type CliWorld, startCliWorld } from '../starter/cli/cli-world.ts';
import { expectSound } from './expect-sound.ts';

describe('row 10: of two targets, one is down for a day and', () => {
  let cli: CliWorld;
  let world: World;

  beforeAll(async () => {
    cli = await startCliWorld({
      targets: ['good', 'bad'],
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
        // Half a second stands for the half hour after which a person is asked, the rest of the test for the day.
        yaml['retry'].needsOperatorAfter = '500ms';
      },
    });
    world = cli.world;
  });

  afterEach(() => world.site('bad').comeUp());

  afterAll(async () => {
    await world?.close();
  });

  /** The app stands at the good target, and waits for the bad one. */
  async function halfPromoted(name: string): Promise<{ app: SentApp; promotionKey: string }> {
    await world.site('bad').goDown();
    const app = publishedApp(world, name);
    approve(world, app.id, { good: 'Duplicate', bad: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    const { promotionKey } = await waitFor('the bad target to need an operator', async () =>
      (await world.ledger.troubles()).find(({ appId, target }) => appId === app.id && target === world.alias('bad')),
    );
    await waitFor('the good target', async () => (await statesOf(promotionKey))[world.alias('good')] === 'verified');
    return { app, promotionKey };
  }

  const statesOf = async (promotionKey: string): Promise<Record<string, string>> =>
    Object.fromEntries((await world.ledger.listDeliveries({ promotionKey })).map((one) => [one.target, one.state]));
  const order = (action: string, key: string): ReturnType<CliWorld['run']> =>
    cli.run(action, key, '--target', world.alias('bad'), '--note', 'as agreed', '--yes');

  it('comes back: half is shown, the source is kept, and only the other half is done then', async () => {
    const { app, promotionKey } = await halfPromoted('Half of it');
    await swept(world);

    const story = await cli.json<Story>('show', promotionKey);
    expect(story.promotion?.deliveries.map(({ target, state }) => [target, state]).toSorted()).toEqual([
      [world.alias('bad'), 'needs-operator'],
      [world.alias('good'), 'verified'],
    ]);
    const { stuck } = await cli.json<Overview>('list');
    expect(stuck).toMatchObject([{ appName: app.name, target: world.alias('bad'), willRetry: true }]);
    const listed = (await cli.run('list', '--stuck')).output;
    expect(listed).toContain(`Half of it to ${world.alias('bad')}: stuck`);
    expect(listed).toContain(`waybill skip ${promotionKey} --target ${world.alias('bad')}`);
    const shown = (await cli.run('show', promotionKey)).output;
    for (const alias of ['good', 'bad']) expect(shown).toContain(world.alias(alias));
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expectStays(world, app, 5);
    const doneAtGood = lastEvent(world, 'good');
    await world.site('bad').comeUp();

    await promoted(world, app);
    for (const site of ['good', 'bad']) expectStanding(world, site, app, [{ stream: 'Sales', owner: REP }]);
    expect(doingsOf(world, 'good', doneAtGood)).toEqual([]);
    expectUnpublished(world, app);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSound(world);
  });

  it('is tried at once when an operator says so, and the promotion goes on', async () => {
    const { app, promotionKey } = await halfPromoted('Tried again');
    await world.site('bad').comeUp();
    // Where a try of its own was sooner, there is nothing left to order.
    await order('retry', promotionKey);

    await promoted(world, app);
    expect(await statesOf(promotionKey)).toEqual({
      [world.alias('good')]: 'verified',
      [world.alias('bad')]: 'verified',
    });
    await expectSound(world);
  });

  it('is skipped: it is waived, and the source goes back to its owner', async () => {
    const { app, promotionKey } = await halfPromoted('Skipped');
    expect(await order('skip', promotionKey)).toMatchObject({ exitCode: 0 });

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'partly-promoted' });
    await world.site('bad').comeUp();
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectUnpublished(world, app);
    await expectSound(world);
    expect(stagingApps(world, 'bad')).toEqual([]);
  });

  it('is aborted: what was delivered stays, and so do the source and its request', async () => {
    const { app, promotionKey } = await halfPromoted('Aborted');
    expect(await order('abort', promotionKey)).toMatchObject({ exitCode: 0 });

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'partly-promoted' });
    await world.site('bad').comeUp();
    expect((await cli.run('list', '--ended')).output).toMatch(/Aborted.*partly-promoted/);
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectStays(world, app, 5);
    await expectSound(world);
  });
});
