import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approvedApp, fault, loseReply, requestsTo, standingApp, uploadedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const APP = /\/app\/[0-9a-f-]{36}\?/;
const items = [{ action: 'published', streamName: 'Sales', appId: 'an-app', verified: true }] as const;
const outcome: DeliveryOutcome = { site: 'prod', state: 'aborted', items, missingStreams: ['Nowhere'], warnings: [] };

describe('closing a delivery', () => {
  it('writes down how it ended', async () => {
    const { decision } = await approvedApp(world);
    const { promotionKey } = decision;
    const trouble = { code: 'X' } as never;
    const waitingSinceUtc = '2026-05-04T09:00:00.000Z';
    await world.ledger.upsertDelivery({
      promotionKey,
      target: 'prod',
      state: 'needs-operator',
      trouble,
      waitingSinceUtc,
    });
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await world.run((activities) => activities.closeDelivery({ decision, outcome }));

    const [delivery] = await world.ledger.listDeliveries({ promotionKey });
    expect(delivery).toMatchObject({ target: 'prod', state: 'aborted', items, endedAtUtc: world.nowUtc });
    expect(delivery?.trouble ?? undefined).toBeUndefined();
    expect(delivery?.waitingSinceUtc).toBeUndefined();
    expect((await world.ledger.recordsOf(promotionKey)).at(-1)).toMatchObject({
      seq: 'deliver/prod/aborted',
      type: 'aborted',
      atUtc: world.nowUtc,
      site: 'prod',
      facts: outcome,
    });
  });

  it('leaves what stands to the sweep, and what is settled as it is', async () => {
    const { decision, staged } = await uploadedApp(world);
    const { promotionKey } = decision;
    const more = { promotionKey, target: 'prod', purpose: 'copy' } as const;
    await world.ledger.upsertStaging({ ...more, n: 2, name: 'intended', state: 'intended' });
    await world.ledger.upsertStaging({ ...more, n: 3, name: 'published', appId: 'p', state: 'published' });
    await world.ledger.upsertStaging({ ...more, target: 'test', n: 1, name: 'elsewhere', state: 'open' });
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await world.run((activities) => activities.closeDelivery({ decision, outcome }));

    const stagings = await world.ledger.listStagings({ promotionKey, target: 'prod' });
    expect(stagings.map(({ state, closedAtUtc }) => [state, closedAtUtc])).toEqual([
      ['abandoned', world.nowUtc],
      ['abandoned', world.nowUtc],
      ['published', undefined],
    ]);
    expect(stagings[0]?.appId).toBe(staged.appId);
    expect(await world.ledger.listStagings({ promotionKey, target: 'test' })).toMatchObject([{ state: 'open' }]);
  });

  it('sets the target apps free that it held, and no others', async () => {
    const { decision, app } = await approvedApp(world);
    const { promotionKey } = decision;
    const targetAppId = standingApp(world, app.name);
    await world.ledger.takeOverwriteLock({ target: 'prod', targetAppId, promotionKey });
    await world.ledger.takeOverwriteLock({ target: 'prod', targetAppId: 'held', promotionKey: 'another' });

    await world.run((activities) => activities.closeDelivery({ decision, outcome }));

    const take = (id: string) =>
      world.ledger.takeOverwriteLock({ target: 'prod', targetAppId: id, promotionKey: 'next' });
    expect(await take(targetAppId)).toBe('next');
    expect(await take('held')).toBe('another');
  });
});

describe('finishing a delivery', () => {
  it('removes the upload, sees that it is gone, and closes', async () => {
    const { decision, staged } = await uploadedApp(world);
    const input = { decision, outcome, staging: staged };
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await world.run((activities) => activities.finishDelivery(input));

    const { promotionKey } = decision;
    expect(world.prod.app(staged.appId)).toBeUndefined();
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      { state: 'removed', purpose: 'upload', name: `~waybill/test/${promotionKey}/prod/1`, closedAtUtc: world.nowUtc },
    ]);
    expect(await world.ledger.listDeliveries({ promotionKey })).toMatchObject([{ state: 'aborted' }]);
    world.prod.requestLog.clear();
    await world.run((activities) => activities.finishDelivery(input), { attempt: 2 });
    expect(requestsTo(world.prod)).toEqual(['DELETE /qrs/app/{id}']);
  });

  it('notes a copy as a copy', async () => {
    const { decision, staged } = await uploadedApp(world);
    const copy = await world.run((activities) =>
      activities.copyStaging({ decision, site: 'prod', number: 2, fromAppId: staged.appId }),
    );

    await world.run((activities) => activities.finishDelivery({ decision, outcome, staging: copy }));

    const stagings = await world.ledger.listStagings({ promotionKey: decision.promotionKey });
    expect(stagings.map(({ purpose, state }) => [purpose, state])).toEqual([
      ['upload', 'abandoned'],
      ['copy', 'removed'],
    ]);
  });

  it('is done when the reply to the deletion was lost', async () => {
    const { decision, staged } = await uploadedApp(world);
    const lost = loseReply(world.prod, 'DELETE', APP);
    const finish = (attempt: number) =>
      world.run((activities) => activities.finishDelivery({ decision, outcome, staging: staged }), { attempt });
    await expect(finish(1)).rejects.toThrow();
    expect(await world.ledger.listDeliveries({ promotionKey: decision.promotionKey })).toEqual([]);

    await finish(2);

    expect(lost()).toBe(1);
    expect(await world.ledger.listDeliveries({ promotionKey: decision.promotionKey })).toHaveLength(1);
  });

  it('does not believe a deletion that the site only says it did', async () => {
    const { decision, staged } = await uploadedApp(world);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'DELETE', path: APP });

    const finishing = world.run((activities) => activities.finishDelivery({ decision, outcome, staging: staged }));

    await expect(finishing).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_DONE',
      facts: { site: 'prod', appId: staged.appId, what: 'deleted' },
    });
    expect(await world.ledger.listDeliveries({ promotionKey: decision.promotionKey })).toEqual([]);
  });
});

describe('starting a reload of a delivered app', () => {
  it('asks the site for it and writes it down', async () => {
    const { decision, app } = await approvedApp(world);
    const appId = standingApp(world, app.name);
    world.prod.requestLog.clear();

    await world.run((activities) => activities.reloadApp({ site: 'prod', appId, promotionKey: decision.promotionKey }));

    expect(requestsTo(world.prod)).toEqual(['POST /qrs/app/{id}/reload']);
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: `deliver/prod/reload/${appId}`,
      type: 'reload-started',
      site: 'prod',
      appId,
    });
  });
});
