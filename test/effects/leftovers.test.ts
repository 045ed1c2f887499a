import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ResolveAction } from '../../workflows/contract.ts';
import { endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  expectStanding,
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  type SentApp,
  stagingApps,
  standingApp,
  startEffectsWorld,
  sweep,
  takeApprovalAway,
  waitingDelivery,
} from './effects.ts';

describe('staging apps of a delivery that was given up', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['retry'].recheck = '1h';
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  /** The site refuses this call of the app's delivery, which then waits. */
  async function refused(path: string, app: () => SentApp): Promise<{ app: SentApp; promotionKey: string }> {
    fault(world, 'test', { effect: { type: 'status', status: 403, text: 'Forbidden' }, method: 'PUT', path, times: 0 });
    const sent = app();
    return { app: sent, promotionKey: await waitingDelivery(world, sent) };
  }

  async function giveUp(action: ResolveAction, promotionKey: string): Promise<void> {
    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    const handle = world.temporal.client.workflow.getHandle(`deliver/${promotionKey}/${world.alias('test')}`);
    await handle.executeUpdate('resolve', { args: [{ action, by }] });
  }

  const states = async (promotionKey: string): Promise<string[]> =>
    (await world.ledger.listStagings({ promotionKey, target: world.alias('test') })).map(({ state }) => state);

  it('stay while it waits, are abandoned with it, and go with the sweep, which touches nothing else', async () => {
    const others = ['~waybill/another/abcdefghijklmnop/test/1', 'waybill/test/1', '~waybill'].map((name) =>
      world.site('test').actAs.createApp({ name, owner: REP }),
    );
    const { app, promotionKey } = await refused('/publish', () =>
      send(world, 'Given up', { test: 'Duplicate' }, { streams: ['Finance', 'Sales'] }),
    );
    await sweep(world);
    expect(await states(promotionKey)).toEqual(['open', 'open']);
    expect(stagingApps(world, 'test')).toHaveLength(3);

    await giveUp('skip', promotionKey);
    await endedPromotion(world, app.id);
    expect(await states(promotionKey)).toEqual(['abandoned', 'abandoned']);

    expect(await sweep(world)).toMatchObject({ [world.alias('test')]: { removed: 2 } });
    expect(await states(promotionKey)).toEqual(['removed', 'removed']);
    expect(others.map((id) => world.site('test').app(id)?.id)).toEqual(others);
  });

  it('are removed before a newer delivery replaces the same app', async () => {
    const standing = standingApp(world, 'test', 'Tried again');
    const { app, promotionKey } = await refused('/replace', () => send(world, 'Tried again', { test: 'Overwrite' }));
    await giveUp('abort', promotionKey);
    await endedPromotion(world, app.id);
    mendAll(world);
    const late = fault(world, 'test', { effect: { type: 'delay', delayMs: 400 }, method: 'PUT', path: '/replace' });

    await takeApprovalAway(world, app);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve'] });
    await waitFor('the newer one to replace', () => late.struck === 1);

    expect(await states(promotionKey)).toEqual(['removed']);
    await waitFor(
      'the newer one to end',
      async () => (await endedPromotion(world, app.id)).promotionKey !== promotionKey,
    );
    await promoted(world, app);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    expectUnpublished(world, app);
  });
});
