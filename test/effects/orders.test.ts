import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ResolveAction } from '../../workflows/contract.ts';
import { endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  APP,
  breakSite,
  expectMails,
  expectStanding,
  expectStays,
  expectSwept,
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  standingOf,
  startEffectsWorld,
  waitingDelivery,
} from './effects.ts';

describe('an order of an operator to a delivery that waits', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['good', 'bad'],
      change: (yaml) => {
        yaml['retry'].recheck = '1h';
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  async function order(action: ResolveAction, promotionKey: string): Promise<void> {
    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    const handle = world.temporal.client.workflow.getHandle(`deliver/${promotionKey}/${world.alias('bad')}`);
    await handle.executeUpdate('resolve', { args: [{ action, by, note: 'as agreed' }] });
  }

  const deliveries = async (promotionKey: string): Promise<Record<string, string>> =>
    Object.fromEntries((await world.ledger.listDeliveries({ promotionKey })).map((one) => [one.target, one.state]));

  it('retries at once, and the rest follows', async () => {
    const broken = breakSite(world, 'bad');
    const app = send(world, 'Retried', { good: 'Duplicate', bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    const struck = broken.struck;
    await order('retry', promotionKey);
    // An order that comes while the step is being tried, and succeeds, has nothing left to retry.
    await waitFor('the retry to be refused', () => broken.struck > struck);
    expect(await waitingDelivery(world, app)).toBe(promotionKey);
    mendAll(world);
    await order('retry', promotionKey);

    await promoted(world, app);
    const orders = (await world.ledger.recordsOf(promotionKey)).filter(({ type }) => type === 'order');
    expect(orders.map(({ facts }) => facts)).toEqual(
      [1, 2].map(() => expect.objectContaining({ action: 'retry', step: 'plan the delivery', note: 'as agreed' })),
    );
    for (const site of ['good', 'bad']) expectStanding(world, site, app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
    await expectMails(world, promotionKey, ['approved', 'results']);
  });

  it('skips the target: it is waived, and the source is cleaned up', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Skipped', { good: 'Duplicate', bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    await waitFor('the other to be served', async () =>
      Object.values(await deliveries(promotionKey)).includes('verified'),
    );
    await order('skip', promotionKey);

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'partly-promoted' });
    expect(await deliveries(promotionKey)).toEqual({
      [world.alias('good')]: 'verified',
      [world.alias('bad')]: 'skipped',
    });
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectUnpublished(world, app);
    const { text } = await world.inbox.waitFor(({ subject, text }) => /Skipped/.test(subject) && /operator/.test(text));
    expect(text).toContain('as agreed');
  });

  it('aborts the target: what was delivered stays, and so do the source and its request', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Aborted', { good: 'Duplicate', bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    await waitFor('the other to be served', async () =>
      Object.values(await deliveries(promotionKey)).includes('verified'),
    );
    await order('abort', promotionKey);

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'partly-promoted' });
    expect(await deliveries(promotionKey)).toMatchObject({ [world.alias('bad')]: 'aborted' });
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expectStays(world, app, 5);
  });

  it('aborts the only target: nothing is promoted, and the decision is not taken up again', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Aborted alone', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    await order('abort', promotionKey);

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'aborted' });
    mendAll(world);
    await expectMails(world, promotionKey, ['approved', 'results']);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionS3Versioning: ['True'] });
    const sweeps = world.site('dev').requestCounts()['GET /about'] ?? 0;
    await waitFor('more sweeps', () => (world.site('dev').requestCounts()['GET /about'] ?? 0) > sweeps + 3);

    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectStays(world, app, 5);
    await expectSwept(world);
  });

  it('aborts a promotion whose export fails: nothing happens, and its owner is told', async () => {
    const refused = { type: 'status', status: 403, text: 'Forbidden' } as const;
    fault(world, 'dev', { effect: refused, method: 'POST', path: '/export/', times: 0 });
    const app = send(world, 'Not exported', { good: 'Duplicate' });
    const { promotionKey } = await waitFor('the promotion to wait', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest?.state === 'needs-operator' ? latest : undefined;
    });
    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    const handle = world.temporal.client.workflow.getHandle(`promotion/${world.alias('dev')}/${app.id}`);
    await handle.executeUpdate('resolve', { args: [{ action: 'abort', by }] });

    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'aborted' });
    expect(standingOf(world, 'good', app.name)).toEqual([]);
    expectStays(world, app, 4);
    await expectMails(world, promotionKey, ['approved', 'aborted']);
  });

  it.each(['skip', 'abort'] as const)('gives up cleaning up by %s: what was delivered counts', async (action) => {
    const refused = { type: 'status', status: 403, text: 'Forbidden' } as const;
    fault(world, 'dev', { effect: refused, method: 'PUT', path: APP, times: 0 });
    const app = send(world, `Not cleaned up: ${action}`, { good: 'Duplicate' });
    const { promotionKey } = await waitFor('the promotion to wait', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest?.state === 'needs-operator' ? latest : undefined;
    });
    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    const handle = world.temporal.client.workflow.getHandle(`promotion/${world.alias('dev')}/${app.id}`);
    await handle.executeUpdate('resolve', { args: [{ action, by }] });

    const ended = await promoted(world, app);
    expect(ended.outcome).toMatchObject({ deliveries: [{ state: 'verified' }], cleanUp: { outcome: 'kept' } });
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    mendAll(world);
    await expectSwept(world);
    expectStays(world, app, 4);
    await expectMails(world, promotionKey, ['approved', 'results']);
  });

  it('is refused when it is none, or nobody gives it', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Refused', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    const handle = world.temporal.client.workflow.getHandle(`deliver/${promotionKey}/${world.alias('bad')}`);

    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    await expect(handle.executeUpdate('resolve', { args: [{ action: 'destroy', by }] })).rejects.toThrow();
    await expect(handle.executeUpdate('resolve', { args: [{ action: 'skip', by: {} }] })).rejects.toThrow();
    expect(await waitingDelivery(world, app)).toBe(promotionKey);
    await order('skip', promotionKey);
    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'not-promoted' });
    expectStays(world, app, 4);
  });
});
