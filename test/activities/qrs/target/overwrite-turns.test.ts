import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../../../workflows/contract.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, code, contentOf, decided, exported, fault, standing, type Upload, uploadedApp } from '../acts.ts';
import { inputOf, overwrite, type Overwrite, readyToOverwrite } from './overwriting.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const refused = { type: 'status', status: 400, text: 'Insufficient privileges' } as const;

describe('a target app that another promotion replaces', () => {
  it('is left to it while it is at work', async () => {
    const first = await readyToOverwrite(world);
    const before = contentOf(world.prod, first.targetAppId);
    const second = await uploadedApp(world);
    fault(world.prod, { effect: refused, method: 'PUT', path: '/replace' });
    await expect(overwrite(world, first.input)).rejects.toEqual(code('WAYBILL_QRS_REFUSED'));
    const { promotionKey } = first.decision;
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'staging' });
    world.running.add(workflowIds.deliver(promotionKey, 'prod'));

    expect(await overwrite(world, inputOf(world, second, first.targetAppId))).toEqual({ outcome: 'locked' });
    expect(contentOf(world.prod, first.targetAppId)).toEqual(before);

    await overwrite(world, first.input, 2);
    expect(await overwrite(world, inputOf(world, second, first.targetAppId))).toMatchObject({ outcome: 'replaced' });
  });

  it.each([
    { how: 'was terminated', delivery: true, running: false },
    { how: 'has no delivery any more', delivery: false, running: true },
  ])('is taken over when that one $how', async ({ how, delivery, running }) => {
    const { input, targetAppId, app } = await readyToOverwrite(world);
    const key = { target: 'prod', targetAppId };
    await world.ledger.takeOverwriteLock({ ...key, promotionKey: how });
    if (delivery) await world.ledger.upsertDelivery({ promotionKey: how, target: 'prod', state: 'staging' });
    if (running) world.running.add(workflowIds.deliver(how, 'prod'));

    expect(await overwrite(world, input)).toMatchObject({ outcome: 'replaced' });

    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, app.id));
  });

  it('is set free when it is replaced', async () => {
    const { input, targetAppId } = await readyToOverwrite(world);
    await overwrite(world, input);

    const holder = await world.ledger.takeOverwriteLock({ target: 'prod', targetAppId, promotionKey: 'next' });

    expect(holder).toBe('next');
  });
});

describe('older staging apps of the same source app', () => {
  /** The staging app of an earlier promotion of the app, which ended. */
  async function afterAnOlderOne(): Promise<{ older: Overwrite; newer: Upload }> {
    const older = await readyToOverwrite(world);
    const { promotionKey } = older.decision;
    await world.ledger.updatePromotion(promotionKey, { state: 'not-promoted', endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'not-promoted');
    world.dev.actAs.setProperties(older.app.id, MANAGER, { PromotionApproval: [] });
    await world.run((activities) => activities.assess({ site: 'dev', appId: older.app.id }));
    approve(world, older.app.id, { servers: ['prod - Overwrite'] });
    const decision = await decided(world, older.app.id);
    const artifact = await exported(world, decision);
    const staged = await world.run((activities) =>
      activities.uploadStaging({ decision, site: 'prod', number: 1, artifact }),
    );
    return { older, newer: { app: older.app, decision, artifact, staged } };
  }

  it('are removed before the replace, so that no late one of theirs follows', async () => {
    const { older, newer } = await afterAnOlderOne();
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await overwrite(world, inputOf(world, newer, older.targetAppId));

    expect(world.prod.app(older.staged.appId)).toBeUndefined();
    expect(world.prod.app(newer.staged.appId)).toBeDefined();
    const [staging] = await world.ledger.listStagings({ promotionKey: older.decision.promotionKey });
    expect(staging).toMatchObject({ state: 'removed', closedAtUtc: world.nowUtc });
    const [own] = await world.ledger.listStagings({ promotionKey: newer.decision.promotionKey });
    expect(own?.state).toBe('open');
  });

  it('are only noted as removed where they are gone', async () => {
    const { older, newer } = await afterAnOlderOne();
    world.prod.actAs.deleteApp(older.staged.appId);

    await overwrite(world, inputOf(world, newer, older.targetAppId));

    const [staging] = await world.ledger.listStagings({ promotionKey: older.decision.promotionKey });
    expect(staging?.state).toBe('removed');
  });

  it('stay where they bear another name by now: they became an app', async () => {
    const { older, newer } = await afterAnOlderOne();
    world.prod.actAs.publish(older.staged.appId, 'Finance', { name: 'Became an app' });

    await overwrite(world, inputOf(world, newer, older.targetAppId));

    expect(standing(world.prod, older.staged.appId)).toMatchObject({ name: 'Became an app' });
  });

  it('stay where no app is known of them', async () => {
    const { older, newer } = await afterAnOlderOne();
    const { promotionKey } = older.decision;
    await world.ledger.upsertStaging({
      promotionKey,
      target: 'prod',
      n: 2,
      name: 'never made',
      purpose: 'copy',
      state: 'intended',
    });

    await overwrite(world, inputOf(world, newer, older.targetAppId));

    const stagings = await world.ledger.listStagings({ promotionKey });
    expect(stagings.map(({ state }) => state)).toEqual(['removed', 'intended']);
  });

  it('stay while their promotion is open, and those of other apps in any case', async () => {
    const other = await readyToOverwrite(world);
    const { targetAppId, input } = await readyToOverwrite(world);

    await overwrite(world, input);

    expect(world.prod.app(other.staged.appId)).toBeDefined();
    expect(world.prod.app(targetAppId)).toBeDefined();
  });
});
