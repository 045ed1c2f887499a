import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
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
  promotionsOf,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
  takeApprovalAway,
  waitingDelivery,
} from './effects.ts';

describe.each(['kept', 'renewed'] as const)('an edit of the app, rows %s', (rowIdsOnResend) => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['good', 'bad'],
      switches: { rowIdsOnResend },
      change: (yaml) => {
        yaml['worker'] = { exportHeadStart: '100ms' };
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it('during the export asks for approval again, and nothing is promoted before', async () => {
    world.site('dev').switches.exportDurationMs = 700;
    const app = send(world, 'Edited early', { good: 'Duplicate' });
    await waitFor('the decision', async () => (await promotionsOf(world, app)).length === 1);
    edit(app);
    await waitFor('the mails', () => askedAgain(app).length === 2);
    world.site('dev').switches.exportDurationMs = 0;

    expect(await promotionsOf(world, app)).toEqual(['withdrawn']);
    expect(askedAgain(app).toSorted()).toEqual(['manager@company.example', 'rep@company.example']);
    expect(standingOf(world, 'good', app.name)).toEqual([]);
    const edited = { ...app, content: contentOf(world, 'dev', app.id) };
    await approveAnew(app);

    expect(edited.content).not.toEqual(app.content);
    expect(await promoted(world, app)).toMatchObject({ state: 'promoted' });
    expectStanding(world, 'good', edited, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, edited);
  });

  it('during the export ends the deliveries that plan meanwhile, also one whose target is in trouble', async () => {
    breakSite(world, 'bad');
    world.site('dev').switches.exportDurationMs = 1500;
    const app = send(world, 'Edited with trouble', { good: 'Duplicate', bad: 'Duplicate' });
    const trouble = await waitFor('the trouble to show while the app is being exported', async () =>
      (await world.ledger.troubles()).find(({ appId }) => appId === app.id),
    );
    expect((await world.ledger.getPromotion(trouble.promotionKey))?.artifact).toBeUndefined();
    edit(app);
    await waitFor('the mails', () => askedAgain(app).length === 2);
    world.site('dev').switches.exportDurationMs = 0;

    const { promotionKey } = trouble;
    await waitFor('the deliveries to end', async () => {
      const deliveries = await world.ledger.listDeliveries({ promotionKey });
      return (
        deliveries.length === 2 && deliveries.every(({ state, endedAtUtc }) => state === 'superseded' && endedAtUtc)
      );
    });
    for (const site of ['good', 'bad']) expect(standingOf(world, site, app.name)).toEqual([]);
    mendAll(world);
    const edited = { ...app, content: contentOf(world, 'dev', app.id) };
    await approveAnew(app);
    await promoted(world, app);
    for (const site of ['good', 'bad']) expectStanding(world, site, edited, [{ stream: 'Sales', owner: REP }]);
    await expectSwept(world);
  });

  it('before Waybill saw the approval asks for approval again', async () => {
    const app = send(world, 'Edited first', { good: 'Duplicate' });
    edit(app);
    await waitFor('the mails', () => askedAgain(app).length === 2);
    expect(await promotionsOf(world, app)).toEqual([]);
    const edited = { ...app, content: contentOf(world, 'dev', app.id) };
    await approveAnew(app);

    await promoted(world, app);
    expectStanding(world, 'good', edited, [{ stream: 'Sales', owner: REP }]);
  });

  it('after the export keeps the source', async () => {
    breakSite(world, 'bad');
    const app = send(world, 'Edited late', { bad: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
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
    await takeApprovalAway(world, app);
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
});
