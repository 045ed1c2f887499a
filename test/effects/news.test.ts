import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../activities/qrs/app-memory.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  APP,
  breakSite,
  contentOf,
  expectMails,
  expectStanding,
  expectStays,
  expectSwept,
  expectUnpublished,
  mailsOf,
  mendAll,
  promoted,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
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

  async function waiting(app: SentApp): Promise<string> {
    const trouble = await waitFor('the delivery to wait', async () =>
      (await world.ledger.troubles()).find(({ appId }) => appId === app.id),
    );
    return trouble.promotionKey;
  }

  /** The manager takes the approval away; returns when Waybill has seen it. */
  async function takeApprovalAway(app: SentApp): Promise<void> {
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
    await waitFor('Waybill to see that it is gone', async () => {
      const memories = await world.ledger.getAppMemory<AppMemory>(world.alias('dev'), [app.id]);
      return memories.get(app.id)?.memory.remembered?.absentSeen;
    });
  }

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
  const promotions = async (app: SentApp) =>
    (await world.ledger.listPromotions({ appId: app.id })).map(({ state }) => state).toReversed();

  it('targets that are added are delivered in addition', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Grown', { bad: 'Duplicate' });
    await waiting(app);
    approve(world, app.id, { bad: 'Duplicate', good: 'Duplicate' }, ['Sales'], unpublish);
    await waitFor('the added target to be served', () => standingOf(world, 'good', app.name)[0]?.stream);
    expect(world.site('dev').app(app.id)).toMatchObject({ published: true });
    mendAll(world);

    await promoted(world, app);
    await waitFor('the source to be cleaned up', () => world.site('dev').app(app.id) === undefined);
    for (const site of ['good', 'bad']) expectStanding(world, site, app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
    expect(await promotions(app)).toEqual(['promoted', 'promoted']);
    expect([dataBytes('good', app), dataBytes('bad', app)]).toEqual([0, 50_000]);
  });

  it('a source that lets nobody look at the app is waited for, while targets are served', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Hidden', { bad: 'Duplicate' });
    const promotionKey = await waiting(app);
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
    expect(await promotions(app)).toEqual(['promoted', 'promoted']);
  });

  it('a denial comes too late, and says so', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Denied', { bad: 'Duplicate' });
    const promotionKey = await waiting(app);
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
    expect(await promotions(app)).toEqual(['promoted']);
  });

  it('a newer approval takes over from a delivery that waits', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Superseded', { bad: 'Duplicate' });
    const promotionKey = await waiting(app);
    await takeApprovalAway(app);
    world.site('dev').actAs.setProperties(app.id, MANAGER, {
      PromoteToServer: [`${world.alias('good')} - Duplicate`],
      PromotionApproval: ['Approve'],
    });

    const newer = await waitFor('the newer promotion to end', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest?.endedAtUtc && latest.promotionKey !== promotionKey ? latest : undefined;
    });
    expect(newer.state).toBe('promoted');
    expect(await promotions(app)).toEqual(['not-promoted', 'promoted']);
    expect((await world.ledger.listDeliveries({ promotionKey })).map(({ state }) => state)).toEqual(['superseded']);
    expectStanding(world, 'good', app, [{ stream: 'Sales', owner: REP }]);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectUnpublished(world, app);
  });

  it('an edit during the export asks for approval again, and nothing is promoted before', async () => {
    world.site('dev').switches.exportDurationMs = 700;
    const app = send(world, 'Edited early', { good: 'Duplicate' });
    await waitFor('the decision', async () => (await promotions(app)).length === 1);
    edit(app);
    await waitFor('the mails', () => askedAgain(app).length === 2);
    world.site('dev').switches.exportDurationMs = 0;

    expect(await promotions(app)).toEqual(['withdrawn']);
    expect(askedAgain(app).toSorted()).toEqual(['manager@company.example', 'rep@company.example']);
    expect(standingOf(world, 'good', app.name)).toEqual([]);
    const edited = { ...app, content: contentOf(world, 'dev', app.id) };
    await approveAnew(app);

    expect(edited.content).not.toEqual(app.content);
    expect(await promoted(world, app)).toMatchObject({ state: 'promoted' });
    expectStanding(world, 'good', edited, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, edited);
  });

  it('an edit before Waybill saw the approval asks for approval again', async () => {
    const app = send(world, 'Edited first', { good: 'Duplicate' });
    edit(app);
    await waitFor('the mails', () => askedAgain(app).length === 2);
    expect(await promotions(app)).toEqual([]);
    const edited = { ...app, content: contentOf(world, 'dev', app.id) };
    await approveAnew(app);

    await promoted(world, app);
    expectStanding(world, 'good', edited, [{ stream: 'Sales', owner: REP }]);
  });

  it('an edit after the export keeps the source', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Edited late', { bad: 'Duplicate' });
    const promotionKey = await waiting(app);
    edit(app);
    mendAll(world);

    await promoted(world, app);
    expectStanding(world, 'bad', app, [{ stream: 'Sales', owner: REP }]);
    expectStays(world, app, 4);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSwept(world);
  });

  /** A person is slower than a millisecond. */
  function edit(app: SentApp): void {
    const dev = world.site('dev');
    while (Date.now() <= Date.parse(String(dev.app(app.id)?.['modifiedDate'])));
    dev.actAs.edit(app.id, { title: 'A better title' });
  }

  /** Removes the approval, waits until that was seen, and sets it anew. */
  async function approveAnew(app: SentApp): Promise<void> {
    await takeApprovalAway(app);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve'] });
    await waitFor('the new decision', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: app.id });
      return latest && latest.state !== 'withdrawn';
    });
    await endedPromotion(world, app.id);
  }

  /** Who was asked to approve the app again. */
  function askedAgain(app: SentApp): string[] {
    const mails = mailsOf(world, `${world.alias('dev')}.${app.id}`);
    return mails.filter(({ kind }) => kind === 'reapproval').flatMap(({ to }) => to);
  }

  async function sweeps(count: number): Promise<void> {
    const done = (): number => world.site('dev').requestCounts()['GET /about'] ?? 0;
    const from = done();
    await waitFor('more sweeps', () => done() > from + count);
  }
});
