import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SweepStagingOutcome } from '../../../activities/watch-types.ts';
import { type ActivityWorld, API, startActivityWorld } from './activity-world.ts';
import { approvedApp, exported, fault, loseReply, uploadedApp } from './acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(() => {
  for (const { id } of world.prod.apps()) world.prod.actAs.deleteApp(id);
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const HOUR_MS = 3_600_000;
const AFTER_MS = 2 * HOUR_MS;

function sweep(): Promise<SweepStagingOutcome> {
  return world.run((activities) => activities.sweepStagingOf({ site: 'prod' }));
}

/** This host's clock so long after a moment. */
function passed(sinceUtc: string, ms: number): void {
  world.configure((yaml) => (yaml['staging'] = { sweepAfter: '2h' }));
  world.nowUtc = new Date(Date.parse(sinceUtc) + ms).toISOString();
}

describe('the sweep of staging apps', () => {
  it('removes those whose promotion ended long enough ago', async () => {
    const { decision, staged } = await uploadedApp(world);
    const { promotionKey } = decision;
    const endedAtUtc = new Date().toISOString();
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc });

    passed(endedAtUtc, AFTER_MS - 1);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    passed(endedAtUtc, AFTER_MS);
    expect(await sweep()).toEqual({ removed: 1, left: 0 });

    expect(world.prod.app(staged.appId)).toBeUndefined();
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      { state: 'removed', closedAtUtc: world.nowUtc, appId: staged.appId },
    ]);
    expect(await sweep()).toEqual({ removed: 0, left: 0 });
  });

  it('leaves those whose promotion is open, however old', async () => {
    const { staged } = await uploadedApp(world);
    passed(new Date().toISOString(), 1000 * AFTER_MS);

    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    expect(world.prod.app(staged.appId)).toBeDefined();
  });

  it('removes one that the ledger does not know once it is old by the date of the site', async () => {
    const id = world.prod.actAs.createApp({ name: '~waybill/test/unknownunknown/prod/1', owner: API });
    const modified = String(world.prod.app(id)!['modifiedDate']);

    passed(modified, AFTER_MS - 1);
    expect(await sweep()).toEqual({ removed: 0, left: 1 });
    passed(modified, AFTER_MS);
    expect(await sweep()).toEqual({ removed: 1, left: 0 });
    expect(await world.ledger.listStagings({ name: '~waybill/test/unknownunknown/prod/1' })).toEqual([]);
  });

  it.each([
    ['of another installation', '~waybill/other/key/prod/1', false],
    ['whose name only begins alike', '~waybill/test-2/key/prod/1', false],
    ['that is published', '~waybill/test/key/prod/1', true],
  ])('touches none %s', async (_, name, published) => {
    const id = world.prod.actAs.createApp({ name, owner: API });
    if (published) world.prod.actAs.publish(id, 'Sales');
    passed(new Date().toISOString(), 1000 * AFTER_MS);

    expect((await sweep()).removed).toBe(0);
    expect(world.prod.app(id)).toBeDefined();
  });

  it('touches none whose name differs in case, whatever the site finds', async () => {
    const id = world.prod.actAs.createApp({ name: '~WAYBILL/test/key/prod/1', owner: API });
    passed(new Date().toISOString(), 1000 * AFTER_MS);

    expect((await sweep()).removed).toBe(0);
    expect(world.prod.app(id)).toBeDefined();
  });

  it('notes nothing as removed that is still there', async () => {
    const { decision } = await uploadedApp(world);
    const endedAtUtc = new Date().toISOString();
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc });
    passed(endedAtUtc, AFTER_MS);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'DELETE', path: '/app/' });

    await expect(sweep()).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_NOT_DONE', facts: { what: 'deleted' } });
    expect(await world.ledger.listStagings({ promotionKey: decision.promotionKey })).toMatchObject([{ state: 'open' }]);
  });

  it('settles one that got its name right before its promotion was given up: the app stays', async () => {
    const { app, decision, staged } = await uploadedApp(world);
    const { promotionKey } = decision;
    world.prod.actAs.publish(staged.appId, 'Sales', { name: app.name });
    const endedAtUtc = new Date().toISOString();
    const state = async () => (await world.ledger.listStagings({ promotionKey }))[0]?.state;

    passed(endedAtUtc, AFTER_MS);
    await sweep();
    expect(await state()).toBe('open');
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc });
    passed(endedAtUtc, AFTER_MS - 1);
    await sweep();
    expect(await state()).toBe('open');
    passed(endedAtUtc, AFTER_MS);

    expect(await sweep()).toEqual({ removed: 0, left: 0 });
    expect(await state()).toBe('published');
    expect(world.prod.app(staged.appId)).toMatchObject({ name: app.name });
  });

  it('settles one that somebody else removed', async () => {
    const { decision, staged } = await uploadedApp(world);
    const { promotionKey } = decision;
    const endedAtUtc = new Date().toISOString();
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc });
    const [row] = await world.ledger.listStagings({ promotionKey });
    await world.ledger.upsertStaging({ ...row!, state: 'abandoned' });
    world.prod.actAs.deleteApp(staged.appId);
    passed(endedAtUtc, AFTER_MS);

    await sweep();

    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      { state: 'removed', closedAtUtc: world.nowUtc },
    ]);
  });

  it('ends an export of what was given up, and none of what goes on', async () => {
    const { app, decision } = await approvedApp(world);
    const lost = loseReply(world.dev, 'POST', '/export/');
    await expect(exported(world, decision)).rejects.toThrow();
    const sweepDev = () => world.run((activities) => activities.sweepStagingOf({ site: 'dev' }));
    expect(lost()).toBe(1);

    await sweepDev();
    expect(world.dev.openExports()).toMatchObject([{ appId: app.id }]);

    await world.ledger.updatePromotion(decision.promotionKey, {
      state: 'aborted',
      endedAtUtc: new Date().toISOString(),
    });
    await sweepDev();
    expect(world.dev.openExports()).toEqual([]);
  });

  it('goes to every source and target, each once', async () => {
    world.configure((yaml) => (yaml['targets'] = { prod: {}, dev: {} }));

    expect(await world.run((activities) => activities.sitesToSweep())).toEqual(['dev', 'prod']);
  });
});
