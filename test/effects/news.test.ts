import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  APP,
  breakSite,
  expectMails,
  expectStanding,
  expectStays,
  expectUnpublished,
  mailsOf,
  mendAll,
  promoted,
  promotionsOf,
  publishedApp,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
  takeApprovalAway,
  waitingDelivery,
} from './effects.ts';

describe.each(['kept', 'renewed'] as const)('while a promotion is on its way, rows %s', (rowIdsOnResend) => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['good', 'bad'],
      switches: { rowIdsOnResend },
      change: (yaml, alias) => {
        yaml['targets'][alias('good')] = { data: 'withoutData' };
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  /** The data in the app that was uploaded, in bytes. */
  function dataBytes(site: string, app: SentApp): unknown {
    const id = standingOf(world, site, app.name)[0]?.id;
    const event = world
      .site(site)
      .events()
      .find((one) => one.id === id && one.action === 'upload-app');
    return event?.details['dataSizeBytes'];
  }

  const unpublish = { PromotionUnpublish: ['True'] };
  it('targets that are added are delivered in addition', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Grown', { bad: 'Duplicate' });
    await waitingDelivery(world, app);
    approve(world, app.id, { bad: 'Duplicate', good: 'Duplicate' }, ['Sales'], unpublish);
    await waitFor('the added target to be served', () => standingOf(world, 'good', app.name)[0]?.stream);
    expect(world.site('dev').app(app.id)).toMatchObject({ published: true });
    mendAll(world);

    await promoted(world, app);
    await waitFor('the source to be cleaned up', () => world.site('dev').app(app.id) === undefined);
    for (const site of ['good', 'bad']) expectStanding(world, site, app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
    expect(await promotionsOf(world, app)).toEqual(['promoted', 'promoted']);
    expect([dataBytes('good', app), dataBytes('bad', app)]).toEqual([0, 50_000]);
  });

  it('a stream that was asked for by its id is not served again when its name is added', async () => {
    breakSite(world, 'bad');
    const good = world.site('good');
    const stream = good.events().find(({ entity, name }) => entity === 'Stream' && name === 'Sales')!;
    const app = publishedApp(world, 'By two names');
    const both = { bad: 'Duplicate', good: 'Duplicate' } as const;
    approve(world, app.id, both, ['Finance', `id:${stream.id}`]);
    await waitFor('the other target to be served', () => standingOf(world, 'good', app.name).length === 2);
    approve(world, app.id, both, ['Finance', `id:${stream.id}`, 'Sales']);
    await waitFor('the addition to be taken up', async () => (await promotionsOf(world, app)).length === 2);
    mendAll(world);

    // The other site has no stream of that id.
    await waitFor(
      'both to end',
      async () => (await promotionsOf(world, app)).join() === 'partly-promoted,partly-promoted',
    );
    for (const site of ['good', 'bad']) {
      const streams = standingOf(world, site, app.name).map((one) => one.stream);
      expect(streams).toHaveLength(2);
      expect(new Set(streams)).toEqual(new Set(['Finance', 'Sales']));
    }
  });

  it('a source that lets nobody look at the app is waited for, while targets are served', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Hidden', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    const text = 'Forbidden';
    const hidden = { effect: { type: 'status', status: 403, text }, method: 'GET', path: APP, times: 0 } as const;
    const fault = world.site('dev').faults.add(hidden);
    approve(world, app.id, { bad: 'Duplicate', good: 'Duplicate' }, ['Sales'], unpublish);
    await waitFor('the promotion to wait', async () => {
      const promotion = await world.ledger.getPromotion(promotionKey);
      return promotion?.state === 'needs-operator';
    });
    world.site('bad').faults.clear();
    await waitFor('the first target to be served', () => standingOf(world, 'bad', app.name)[0]?.stream);
    world.site('dev').faults.clear(fault);

    await waitFor('the source to be cleaned up', () => world.site('dev').app(app.id) === undefined);
    for (const site of ['good', 'bad']) expectStanding(world, site, app, [{ stream: 'Sales', owner: REP }]);
    await promoted(world, app);
    expect(await promotionsOf(world, app)).toEqual(['promoted', 'promoted']);
  });

  it('a denial comes too late, and says so', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Denied', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Deny'] });
    await waitFor('the mail', () => mailsOf(world, promotionKey).some(({ kind }) => kind === 'tooLate'));
    mendAll(world);

    await promoted(world, app);
    expectStanding(world, 'bad', app, [{ stream: 'Sales', owner: REP }]);
    expect(mailsOf(world, promotionKey).find(({ kind }) => kind === 'tooLate')!.to).toEqual([
      'manager@company.example',
    ]);
    await expectMails(world, promotionKey, ['approved', 'tooLate', 'results']);
    // Whatever has Waybill look again, the denial is spent.
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionS3Versioning: ['True'] });
    await sweeps(3);
    expectStays(world, app, 5);
    expect(await promotionsOf(world, app)).toEqual(['promoted']);
  });

  it('a newer approval takes over from a delivery that waits', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Superseded', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    await takeApprovalAway(world, app);
    world.site('dev').actAs.setProperties(app.id, MANAGER, {
      PromoteToServer: [`${world.alias('good')} - Duplicate`],
      PromotionApproval: ['Approve'],
    });

    const newer = await waitFor('the newer promotion to end', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest?.endedAtUtc && latest.promotionKey !== promotionKey ? latest : undefined;
    });
    expect(newer.state).toBe('promoted');
    expect(await promotionsOf(world, app)).toEqual(['not-promoted', 'promoted']);
    expect((await world.ledger.listDeliveries({ promotionKey })).map(({ state }) => state)).toEqual(['superseded']);
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectUnpublished(world, app);
  });

  async function sweeps(count: number): Promise<void> {
    const done = (): number => world.site('dev').requestCounts()['GET /about'] ?? 0;
    const from = done();
    await waitFor('more sweeps', () => done() > from + count);
  }
});
