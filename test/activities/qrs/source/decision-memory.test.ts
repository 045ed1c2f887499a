import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { StoredDecision } from '../../../../activities/qrs/source/stored-decision.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, decided, fault, later, publishedApp, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

async function memoryOf({ id }: SourceApp): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory;
}

async function forget({ id }: SourceApp): Promise<void> {
  await world.ledger.updateAppMemory<AppMemory>('dev', id, () => ({}));
}

async function storedOf(promotionKey: string): Promise<StoredDecision> {
  return (await world.ledger.getPromotion<StoredDecision>(promotionKey))!.decision;
}

/** Ends a promotion, as its last delivery does. */
async function finish(promotionKey: string): Promise<void> {
  await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
  await world.ledger.closeClaims({ promotionKey }, 'promoted');
}

const rowsOf = (appId: string) =>
  world.dev.app(appId)!['customProperties'] as { id: string; value: string; definition: { name: string } }[];

describe('a denial', () => {
  it('keeps no version, though each promotion keeps one', async () => {
    const bucket = { bucket: 'versions', endpoint: 'http://127.0.0.1:1', region: 'x' };
    world.configure((yaml) => (yaml['versioning'] = { ...bucket, mode: 'always', required: true }));

    expect((await approvedApp(world, { word: 'Deny' })).decision).toMatchObject({ verdict: 'deny', version: 'off' });
    expect((await approvedApp(world)).decision).toMatchObject({ verdict: 'approve', version: 'required' });
  });
});

describe('a decision by property', () => {
  it('knows to which targets it was added, and carries that into no workflow', async () => {
    const { app, decision } = await approvedApp(world);
    await finish(decision.promotionKey);
    approve(world, app.id, { streams: ['Sales', 'Finance'] });

    const added = await decided(world, app.id);

    expect(added).not.toHaveProperty('addedTo');
    expect((await storedOf(decision.promotionKey)).addedTo).toBeUndefined();
    expect((await storedOf(added.promotionKey)).addedTo).toEqual([
      { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
    ]);
  });

  it('is the same in whatever order the site lists its rows', async () => {
    world.configure((yaml) => (yaml['sources'].dev.words = { approve: ['Approve', 'Yes', 'Go'] }));
    const app = await publishedApp(world);
    approve(world, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Yes', 'Go'] });
    const first = await decided(world, app.id);
    await finish(first.promotionKey);
    const turns = [rowsOf(app.id).toReversed(), rowsOf(app.id).toSorted((a, b) => (a.value < b.value ? -1 : 1))];

    for (const customProperties of turns) {
      await forget(app);
      const json = { ...world.dev.app(app.id), customProperties };
      fault(world.dev, { effect: { type: 'status', status: 200, json }, method: 'GET', path: `/app/${app.id}` });

      expect((await assess(world, app.id)).next).toMatchObject({ why: 'this decision was carried out before' });
    }
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('is another one where another word was set for the same', async () => {
    world.configure((yaml) => (yaml['sources'].dev.words = { approve: ['Approve', 'Yes'] }));
    const { app, decision } = await approvedApp(world);
    await finish(decision.promotionKey);
    await forget(app);
    approve(world, app.id, { word: 'Yes' });

    expect((await decided(world, app.id)).decisionId).not.toBe(decision.decisionId);
  });

  it('is of whoever set it, though one who may approve saved the app since and the site made all rows anew', async () => {
    world.dev.switches.rowIdsOnResend = 'renewed';
    const app = await publishedApp(world);
    world.configure((yaml) => (yaml['sources'].dev.approval = { approvers: { users: [REP], groups: [] } }));
    approve(world, app.id);
    expect((await assess(world, app.id)).next.kind).toBe('wait');
    const [before] = rowsOf(app.id);
    later(world.dev, app.id);
    world.dev.actAs.describe(app.id, 'Saved', REP);
    expect(rowsOf(app.id)[0]!.id).not.toBe(before!.id);

    expect((await assess(world, app.id)).problems).toEqual([expect.stringContaining(MANAGER)]);
  });

  it('is remembered by its rows, and by all rows of the app', async () => {
    const { app } = await approvedApp(world, { more: { Department: ['East'] } });

    const { remembered } = (await memoryOf(app))!;

    const rows = rowsOf(app.id);
    const ofApproval = rows.filter(({ definition }) => definition.name === 'PromotionApproval');
    expect(remembered?.approvalRowIds).toEqual(ofApproval.map(({ id }) => id));
    expect(remembered?.rowIds.toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    expect(remembered?.approvalUtc).toBe((ofApproval[0] as unknown as { modifiedDate: string }).modifiedDate);
  });
});

describe('a decision that the ledger does not know', () => {
  it('returns no app to its owner: nobody can say whose it was', async () => {
    const { app, decision } = await approvedApp(world);
    const unknown = { ...decision, promotionKey: 'unknownunknown22' };

    await expect(world.run((activities) => activities.unpublish(unknown))).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_RECORD_MISSING',
      facts: { promotionKey: unknown.promotionKey },
    });

    expect(world.dev.app(app.id)).toBeDefined();
  });
});

describe('rows that are remembered', () => {
  it('are there as soon as a denial that came too late is, of an app nobody had looked at', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Deny'] });
    await forget(app);

    const input = { decision, knownKeys: [decision.promotionKey] };
    expect(await world.run((activities) => activities.newsWhileDelivering(input))).toMatchObject({ kind: 'too-late' });

    const { rows, remembered } = (await memoryOf(app))!;
    expect(rows?.map(({ id }) => id).toSorted()).toEqual(
      rowsOf(app.id)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(remembered).toMatchObject({ verdict: 'deny', baseline: false, absentSeen: false });
  });

  it('lose those that Waybill took away: set again at once, they are of whoever set them', async () => {
    const { app, decision } = await approvedApp(world, { more: { Department: ['East'] } });
    const nameOf = (memory: AppMemory | undefined) => memory?.rows?.map(({ name }) => name);
    expect(nameOf(await memoryOf(app))).toContain('PromotionApproval');

    await world.run((activities) => activities.stripProperties(decision));

    expect(nameOf(await memoryOf(app))).toEqual(['Department']);
  });

  it('are none of an app of which nothing was remembered when its properties were taken away', async () => {
    const { app, decision } = await approvedApp(world);
    await forget(app);
    const elsewhere = { ...decision, by: { ...decision.by, door: 'cli' } } as const;

    expect(await world.run((activities) => activities.stripProperties(elsewhere))).toEqual({ outcome: 'done' });

    expect(await memoryOf(app)).toEqual({});
  });

  it('stay as they were first seen when the approval is seen gone', async () => {
    const { app, decision } = await approvedApp(world);
    await finish(decision.promotionKey);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });

    await assess(world, app.id);

    const { rows, remembered } = (await memoryOf(app))!;
    expect(remembered).toMatchObject({ decisionId: decision.decisionId, absentSeen: true });
    expect(rows?.map(({ name }) => name).toSorted()).toEqual(['PromoteToServer', 'PromoteToStream']);
  });
});
