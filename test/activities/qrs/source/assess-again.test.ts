import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import { assess as assessWith } from '../../../../activities/qrs/source/assess.ts';
import type { Assessment } from '../../../../activities/promotion-types.ts';
import { workflowIds } from '../../../../workflows/contract.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, decided, later, mailsIn, publishedApp, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await restored(undefined);
});
afterAll(async () => {
  await world?.close();
});

async function restored(restoredUtc: string | undefined): Promise<void> {
  await world.ledger.updateSiteMemory<SiteMemory>('dev', () => ({ firstStartUtc: '', watermarkUtc: '', restoredUtc }));
}

async function memoryOf({ id }: SourceApp): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory;
}

/** Ids of what is remembered to have been seen in an app. */
const seenIn = async (app: SourceApp) => (await memoryOf(app))?.seen?.map(({ engineObjectId }) => engineObjectId);

function approvedObjects({ id }: SourceApp): string[] {
  const objects = world.dev.objects(id).filter(({ approved }) => approved);
  return objects.map(({ engineObjectId }) => String(engineObjectId));
}

function removeSheet({ id }: SourceApp): void {
  const sheet = world.dev.objects(id).find(({ objectType }) => objectType === 'sheet')!;
  world.dev.actAs.edit(id, { removeObject: String(sheet['engineObjectId']) });
}

describe('what an approver can have looked at', () => {
  it('is what the app held at the last look while nobody had decided', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    expect(await seenIn(app)).toEqual(approvedObjects(app));
    const before = approvedObjects(app);
    removeSheet(app);

    await assess(world, app.id);

    expect(await seenIn(app)).toEqual(approvedObjects(app));
    expect(await seenIn(app)).toHaveLength(before.length - 1);
  });

  it('stays what was seen before the approval, while that is not complete', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    const before = await seenIn(app);
    approve(world, app.id, { streams: [] });
    removeSheet(app);

    expect((await assess(world, app.id)).next.kind).toBe('wait');

    expect(await seenIn(app)).toEqual(before);
  });

  it('is what the app holds now where nobody looked before the approval', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });

    await assess(world, app.id);

    expect(await seenIn(app)).toEqual(approvedObjects(app));
  });

  it('is what the app holds now as soon as its approver is asked again, whatever else is in the way', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    approve(world, app.id, { more: { PromotionUnpublish: ['Perhaps'] } });
    later(world.dev, app.id);
    removeSheet(app);

    expect((await assess(world, app.id)).problems).toHaveLength(2);

    expect(await seenIn(app)).toEqual(approvedObjects(app));
  });

  it('is not written down for an app that is decided on or not published', async () => {
    const { app } = await approvedApp(world);
    const id = world.dev.actAs.createApp({ name: 'Draft', owner: MANAGER });
    await assess(world, id);

    expect(await seenIn(app)).toBeUndefined();
    expect(await seenIn({ id, name: 'Draft' })).toBeUndefined();
  });
});

describe('a decision that is recorded and not finished', () => {
  it('ends what is shown as waiting', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    const row = (await world.ledger.getAwaiting('dev', app.id))!;
    approve(world, app.id);
    await decided(world, app.id);
    await world.ledger.upsertAwaiting(row);

    await assess(world, app.id);

    expect(await world.ledger.getAwaiting('dev', app.id)).toBeUndefined();
  });

  it('is the one that was made first, where there are two', async () => {
    const { app, decision } = await approvedApp(world);
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: new Date().toISOString() });
    approve(world, app.id, { streams: ['Sales', 'Finance'] });
    world.nowUtc = new Date(Date.now() + 1000).toISOString();
    const second = await decided(world, app.id);
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: null });

    expect(second.promotionKey).not.toBe(decision.promotionKey);
    expect((await assess(world, app.id)).next).toMatchObject({ decision: { promotionKey: decision.promotionKey } });
  });

  it('carries nothing into the workflow that only the ledger is to know', async () => {
    const { app } = await approvedApp(world);

    expect((await assess(world, app.id)).next).not.toHaveProperty('decision.source');
  });
});

describe('a delivery that Temporal knows to have ended, and a ledger that was put back does not', () => {
  const AFTER = '2199-01-01T00:00:00.000Z';

  /** A look at an app where Temporal tells this of its delivery to prod. */
  function look({ id }: SourceApp, promotionKey: string | undefined): Promise<Assessment> {
    return world.inside((deps) => {
      const outcome = { site: 'prod', state: 'verified', items: [], mails: [] } as never;
      const known = workflowIds.deliver(promotionKey ?? '', 'prod');
      const outcomeOf = async (id: string) => (promotionKey === undefined || id === known ? outcome : undefined);
      return assessWith({ ...deps, outcomeOf }, { site: 'dev', appId: id });
    });
  }

  const deliveries = (promotionKey: string) => world.ledger.listDeliveries({ promotionKey, open: false });

  it('is written down before anything is done on a decision that goes on', async () => {
    const { app, decision } = await approvedApp(world);
    await restored(AFTER);

    await look(app, decision.promotionKey);

    expect(await deliveries(decision.promotionKey)).toMatchObject([{ target: 'prod', state: 'verified' }]);
  });

  it('is written down before anything is done on a decision that is found anew', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    await restored(AFTER);
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({ ...memory, released: AFTER }));

    const { next } = await look(app, undefined);

    if (next.kind !== 'act') throw new Error(next.kind);
    expect(await deliveries(next.decision.promotionKey)).toMatchObject([{ target: 'prod', state: 'verified' }]);
  });
});

describe('an approval that was seen gone', () => {
  it('changes nothing that is remembered of an app that was never decided on', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    const { revision } = (await world.ledger.getAppMemory('dev', [app.id])).get(app.id)!;

    await assess(world, app.id);

    expect((await world.ledger.getAppMemory('dev', [app.id])).get(app.id)!.revision).toBe(revision);
    expect((await memoryOf(app))?.remembered).toBeUndefined();
  });

  it('is not what a denial beside it is: both stand, and neither counts', async () => {
    const { app, decision } = await approvedApp(world);
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: new Date().toISOString() });
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] });

    expect((await assess(world, app.id)).next.kind).toBe('wait');

    expect((await memoryOf(app))?.remembered?.absentSeen).toBe(false);
  });
});

describe('what is in the way', () => {
  it('is told to whoever set a property last', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, 'COMPANY\\other', { PromoteToServer: ['prod - Overwrite'] });

    expect(mailsIn((await assess(world, app.id)).mails)).toMatchObject([
      { kind: 'decisionProblem', to: 'COMPANY\\other' },
    ]);
  });

  it('is told beside a decision that it does not stop', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { more: { PromotionUnpublish: ['Perhaps'] } });

    const { next, problems } = await assess(world, app.id);

    expect(next.kind).toBe('act');
    expect(problems).toEqual([expect.stringContaining('Perhaps')]);
  });

  it('is told beside a decision that was carried out before', async () => {
    const { app, decision } = await approvedApp(world, { more: { PromotionUnpublish: ['Perhaps'] } });
    const { promotionKey } = decision;
    await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'promoted');

    const { next, problems } = await assess(world, app.id);

    expect(next.kind).toBe('end');
    expect(problems).toEqual([expect.stringContaining('Perhaps')]);
  });

  it('is told to nobody once more where only a changed app is in the way: its approver is asked again', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);
    await assess(world, app.id);

    const { problems, mails } = await assess(world, app.id);

    expect(problems).toHaveLength(1);
    expect(mails.filter(({ mail }) => mail.kind === 'decisionProblem')).toEqual([]);
  });
});
