import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { DecisionRecord, LaterNews } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, later, mailsIn, publishedApp, requestsTo, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const BOTH = ['Sales', 'Finance'];

function news(decision: DecisionRecord, knownKeys = [decision.promotionKey]): Promise<LaterNews> {
  return world.run((activities) => activities.newsWhileDelivering({ decision, knownKeys }));
}

async function remembered(app: SourceApp) {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory.remembered;
}

/** Takes the approval away, has it seen to be gone, and sets it again. */
async function approveAnew(app: SourceApp): Promise<void> {
  later(world.dev, app.id);
  world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
  await world.inside(async (deps) => {
    await deps.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({
      ...memory,
      remembered: { ...memory!.remembered!, absentSeen: true },
    }));
  });
  approve(world, app.id);
}

/** An approval of the console. */
function decideElsewhere(app: SourceApp): Promise<{ promotionKey: string }> {
  return world.run((activities) =>
    activities.recordOutsideDecision({
      site: 'dev',
      appId: app.id,
      request: {
        decisionId: app.name,
        verdict: 'approve',
        by: { account: MANAGER, door: 'console', asserted: false },
        targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }],
      },
    }),
  );
}

describe('while a promotion is being delivered', () => {
  it('the same decision is no news', async () => {
    const { decision } = await approvedApp(world);

    expect(await news(decision)).toEqual({ kind: 'nothing' });
    expect(await world.ledger.listPromotions({ appId: decision.appId })).toHaveLength(1);
  });

  it('added targets are recorded and delivered as well', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH });

    const found = await news(decision);

    expect(found).toMatchObject({
      kind: 'added',
      decision: { verdict: 'approve', targets: [{ site: 'prod', mode: 'duplicate', streams: ['Finance'] }] },
    });
    if (found.kind !== 'added') return;
    expect(found.decision.promotionKey).not.toBe(decision.promotionKey);
    expect(found.decision).not.toHaveProperty('source');
    expect(await world.ledger.getPromotion(found.decision.promotionKey)).toBeDefined();
    expect(await remembered(app)).toMatchObject({ decisionId: found.decision.decisionId });
  });

  it('targets that were recorded before a crash are found again, until they are known', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH });
    const first = await news(decision);
    world.dev.requestLog.clear();

    const second = await news(decision);

    expect(second).toEqual(first);
    expect(requestsTo(world.dev)).toEqual([]);
    if (first.kind !== 'added') throw new Error(first.kind);
    expect(await news(decision, [decision.promotionKey, first.decision.promotionKey])).toEqual({ kind: 'nothing' });
  });

  it('targets that were carried out already are no news', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH });
    const first = await news(decision);
    if (first.kind !== 'added') throw new Error(first.kind);
    const { promotionKey } = first.decision;
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'promoted');
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({
      ...memory,
      remembered: { ...memory!.remembered!, decisionId: decision.decisionId, targets: decision.targets },
    }));

    expect(await news(decision)).toEqual({ kind: 'nothing' });
  });

  it('targets that were added to other content are looked at in the next cycle', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH });

    expect(await news({ ...decision, revisionKey: 'another' })).toEqual({ kind: 'later' });
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('targets that were added after the app was edited are looked at in the next cycle', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);
    approve(world, app.id, { streams: BOTH });

    expect(await news(decision)).toEqual({ kind: 'later' });
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('targets that were added to other content are delivered where the latest is promoted', async () => {
    world.configure((yaml) => (yaml['sources'].dev.whenChanged = 'promoteLatest'));
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH });

    expect(await news({ ...decision, revisionKey: 'another' })).toMatchObject({ kind: 'added' });
  });

  it('a newer approval is left for the next cycle', async () => {
    const { app, decision } = await approvedApp(world);
    await approveAnew(app);

    expect(await news(decision)).toEqual({ kind: 'newer' });
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('an approval in the QMC is newer than a decision elsewhere, unless that one already took it in', async () => {
    const app = await publishedApp(world);
    const { promotionKey } = await decideElsewhere(app);
    const { decision } = (await world.ledger.getPromotion<DecisionRecord>(promotionKey))!;
    approve(world, app.id);
    const consumed = [
      { name: 'PromotionApproval', value: 'Approve' },
      { name: 'PromoteToServer', value: 'prod - Duplicate' },
      { name: 'PromoteToStream', value: 'Sales' },
    ];

    expect(await news(decision)).toEqual({ kind: 'newer' });
    expect(await news({ ...decision, consumed })).toEqual({ kind: 'nothing' });
    expect(await news({ ...decision, consumed, by: { ...decision.by, door: 'qmc' } })).toEqual({ kind: 'newer' });
  });

  it('an approval in the QMC is newer than a decision elsewhere that took in only a part of it, or came after another', async () => {
    world.configure((yaml) => (yaml['sources'].dev.words = { approve: ['Approve', 'Yes'] }));
    const { app, decision } = await approvedApp(world);
    const elsewhere = { ...decision, by: { ...decision.by, door: 'cli' } } as const;
    await approveAnew(app);
    expect(await news(elsewhere)).toEqual({ kind: 'newer' });
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({ ...memory, remembered: undefined }));
    expect(await news(elsewhere)).toEqual({ kind: 'nothing' });

    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Yes'] });

    expect(await news(elsewhere)).toEqual({ kind: 'newer' });
  });

  it('an approval is newer than a decision elsewhere once somebody takes away what stood in its way', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] });
    const { promotionKey } = await decideElsewhere(app);
    const { decision } = (await world.ledger.getPromotion<DecisionRecord>(promotionKey))!;
    expect(await news(decision)).toEqual({ kind: 'nothing' });

    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve'] });

    expect(await news(decision)).toEqual({ kind: 'newer' });
  });

  it('an approval that does not count is no news', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: BOTH, servers: ['nowhere - Overwrite'] });

    expect(await news(decision)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['the app is gone', (app: SourceApp) => world.dev.actAs.deleteApp(app.id)],
    [
      'the approval was taken away',
      (app: SourceApp) => world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] }),
    ],
    [
      'approval and denial stand beside each other',
      (app: SourceApp) => world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] }),
    ],
  ])('there is no news where %s', async (_, act) => {
    const { app, decision } = await approvedApp(world);
    act(app);

    expect(await news(decision)).toEqual({ kind: 'nothing' });
  });

  it('there is no news for a promotion on reload', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Deny'] });

    expect(await news({ ...decision, verdict: 'reload' })).toEqual({ kind: 'nothing' });
  });
});

describe('a denial while a promotion is being delivered', () => {
  it('comes too late: the denier is told, it is written down and never carried out', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, 'COMPANY\\other', { PromotionApproval: ['Deny'] });
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    const found = await news(decision);

    expect(found.kind).toBe('too-late');
    if (found.kind !== 'too-late') return;
    expect(mailsIn(found.mails)).toEqual([{ key: 'tooLate', kind: 'tooLate', to: 'COMPANY\\other' }]);
    expect(found.mails[0]).toMatchObject({
      promotionKey: decision.promotionKey,
      mail: { occurredAtUtc: world.nowUtc, denier: 'COMPANY\\other', approver: MANAGER, targets: decision.targets },
      recipients: { to: 'owner', site: 'dev' },
    });
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: 'too-late',
      type: 'too-late',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
      facts: { denier: 'COMPANY\\other' },
    });
    const claim = { kind: 'decision', site: 'dev', appId: app.id, key: `too-late ${decision.promotionKey}` } as const;
    expect(await world.ledger.getClaim(claim)).toMatchObject({ state: 'closed', outcome: 'too-late' });
    expect(await remembered(app)).toMatchObject({ decisionId: claim.key, verdict: 'deny', targets: [], stale: false });
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: world.nowUtc });
    await world.ledger.closeClaims({ promotionKey: decision.promotionKey }, 'promoted');
    expect((await assess(world, app.id)).next).toMatchObject({
      kind: 'end',
      why: 'this decision was carried out before',
    });
  });

  it('is carried out when it is set anew', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Deny'] });
    await news(decision);
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey: decision.promotionKey }, 'promoted');
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
    await assess(world, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Deny'] });

    expect((await assess(world, app.id)).next).toMatchObject({ kind: 'act', decision: { verdict: 'deny' } });
  });
});
