import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import { endExports } from '../../../../activities/qrs/source/take-export.ts';
import type { DecisionRecord, ExportOutcome } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, REP, startActivityWorld } from '../activity-world.ts';
import { approvedApp, code, exported, fault, loseReply, mailsIn, requestsTo, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

function exportApp(decision: DecisionRecord, attempt = 1): Promise<ExportOutcome> {
  return world.run((activities) => activities.exportApp({ ...decision, withData: true }), { attempt });
}

const exportsBegun = (): number =>
  requestsTo(world.dev).filter((request) => request.startsWith('POST') && request.includes('/export/')).length;

async function memoryOf({ id }: SourceApp): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory;
}

describe('an app whose deliveries have ended already', () => {
  /** A decision for both sites, and how far the deliveries are. */
  async function delivered(...ended: string[]) {
    const { decision } = await approvedApp(world);
    const [target] = decision.targets;
    for (const one of ended) {
      await world.ledger.upsertDelivery({
        promotionKey: decision.promotionKey,
        target: one,
        state: 'verified',
        endedAtUtc: new Date().toISOString(),
      });
    }
    world.dev.requestLog.clear();
    return { ...decision, targets: [target!, { ...target!, site: 'test' }] };
  }

  it('is not exported where nothing is left to deliver', async () => {
    expect(await exportApp(await delivered('prod', 'test'))).toEqual({ outcome: 'not-needed' });
    expect(requestsTo(world.dev)).toEqual([]);
  });

  it.each([[[]], [['prod']], [['test']]])('is exported where only these have ended: %j', async (ended) => {
    expect(await exportApp(await delivered(...ended))).toMatchObject({ outcome: 'exported' });
  });

  it('is exported where a delivery is under way', async () => {
    const { decision } = await approvedApp(world);
    const { promotionKey } = decision;
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'staging' });

    expect(await exportApp(decision)).toMatchObject({ outcome: 'exported' });
  });
});

describe('an app that is bound to no content', () => {
  const latest = () => world.configure((yaml) => (yaml['sources'].dev.whenChanged = 'promoteLatest'));

  /** Edits the app at the next so many exports, as somebody who works on it does. */
  function editedDuring(app: SourceApp, times: number): () => number {
    let edits = 0;
    const effect = {
      get type() {
        edits += 1;
        world.dev.actAs.edit(app.id, { title: `Edited ${edits}` });
        return 'delay' as const;
      },
      delayMs: 0,
    };
    fault(world.dev, { effect, method: 'POST', path: '/export/', times });
    return () => edits;
  }

  it('is exported anew, twice at most, until nobody edited it meanwhile', async () => {
    latest();
    const { app, decision } = await approvedApp(world);
    const edits = editedDuring(app, 2);
    world.dev.requestLog.clear();

    expect(await exportApp(decision)).toMatchObject({ outcome: 'exported' });

    expect(edits()).toBeGreaterThanOrEqual(2);
    expect(exportsBegun()).toBe(3);
  });

  it('is exported later where somebody goes on editing it', async () => {
    latest();
    const { app, decision } = await approvedApp(world);
    editedDuring(app, 0);
    world.dev.requestLog.clear();

    await expect(exportApp(decision)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_EXPORT_EDITED',
      facts: { app: app.name, site: 'dev' },
    });

    expect(exportsBegun()).toBe(3);
    const { promotionKey } = decision;
    expect((await world.ledger.recordsOf(promotionKey)).map(({ seq }) => seq)).toEqual(['decision']);
    expect(await world.ledger.getPromotion(promotionKey)).not.toHaveProperty('endedAtUtc', expect.any(String));
  });
});

describe('an app that is deleted right before its export', () => {
  it('is an end, and no failure', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);

    const outcome = await exportApp(decision);

    if (outcome.outcome !== 'changed') throw new Error(outcome.outcome);
    expect(mailsIn(outcome.mails)).toMatchObject([{ kind: 'aborted', to: REP }]);
    expect(await world.ledger.getPromotion(decision.promotionKey)).toMatchObject({ state: 'withdrawn' });
  });

  it('tells its owner nothing where he gets no mails', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);

    expect(await exportApp({ ...decision, tellsOwner: false })).toEqual({ outcome: 'changed', mails: [] });
  });

  it('is a failure where the app is there and the site refuses', async () => {
    const { decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'status', status: 403 }, method: 'POST', path: '/export/' });

    await expect(exportApp(decision)).rejects.toMatchObject({ retryable: false });
    expect(await world.ledger.getPromotion(decision.promotionKey)).not.toMatchObject({ state: 'withdrawn' });
  });

  it('is a failure that passes where the site is down, whatever became of the app', async () => {
    const { app, decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'status', status: 503 }, method: 'POST', path: '/export/', times: 0 });
    world.dev.actAs.deleteApp(app.id);

    await expect(exportApp(decision)).rejects.toMatchObject({ retryable: true });
    expect(await world.ledger.getPromotion(decision.promotionKey)).not.toMatchObject({ state: 'withdrawn' });
  });
});

describe('what is written down of an export', () => {
  it('is the content that it was made of, which a later look at the app is held against', async () => {
    const { decision } = await approvedApp(world);
    await exported(world, decision);

    const { artifact } = (await world.ledger.getPromotion(decision.promotionKey))!;
    expect(artifact).toMatchObject({ revisionKey: decision.revisionKey });
  });

  it('is all kinds of objects in one order, whatever the order the site lists them in', async () => {
    const { app, decision } = await approvedApp(world);
    const listed = world.dev.objects(app.id).filter((object) => object['approved']);
    const shuffled = { type: 'status', status: 200, json: listed.toReversed() } as const;
    const first = await exported(world, decision);
    fault(world.dev, { effect: shuffled, method: 'GET', path: '/app/object/full', times: 0 });

    const second = await exported(world, decision, false);

    expect(second.objects).toEqual(first.objects);
    expect(first.objects.map(({ type }) => type)).toEqual(first.objects.map(({ type }) => type).toSorted());
    expect(new Set(first.objects.map(({ type }) => type)).size).toBe(first.objects.length);
  });

  it('ends what was waited for', async () => {
    const { decision } = await approvedApp(world);
    const { promotionKey } = decision;
    await world.ledger.updatePromotion(promotionKey, { waitingSinceUtc: new Date().toISOString() });

    await exported(world, decision);

    expect((await world.ledger.getPromotion(promotionKey))?.waitingSinceUtc ?? undefined).toBeUndefined();
  });
});

describe('ending the exports of what was given up', () => {
  const end = ({ id, name }: SourceApp, signal?: AbortSignal) =>
    world.inside((deps) => endExports(deps, { site: 'dev', appId: id, appName: name }), { signal });

  /** An app of which an export is open at the site, as after a lost reply. */
  async function begun(): Promise<SourceApp> {
    const { app, decision } = await approvedApp(world);
    loseReply(world.dev, 'POST', '/export/');
    await expect(exportApp(decision)).rejects.toThrow();
    return app;
  }

  it('frees the site of them, and forgets their tokens', async () => {
    const app = await begun();
    expect(world.dev.openExports()).toMatchObject([{ appId: app.id }]);

    await end(app);

    expect(world.dev.openExports()).toEqual([]);
    expect((await memoryOf(app))?.exportTokens).toEqual([]);
  });

  it('stops nothing where the site does not answer, and is done the next time', async () => {
    const app = await begun();
    fault(world.dev, { effect: { type: 'too-many', retryAfterSeconds: 1 }, method: 'DELETE', path: '/export/' });

    await end(app);
    expect((await memoryOf(app))?.exportTokens).toHaveLength(1);
    await end(app);

    expect((await memoryOf(app))?.exportTokens).toEqual([]);
  });

  it('ends with the step that is cancelled', async () => {
    const app = await begun();

    await expect(end(app, AbortSignal.abort())).rejects.toThrow();
    expect((await memoryOf(app))?.exportTokens).toHaveLength(1);
    await end(app);
  });

  it('writes nothing where there are none', async () => {
    const { app } = await approvedApp(world);
    const revision = async () => (await world.ledger.getAppMemory('dev', [app.id])).get(app.id)?.revision;
    const before = await revision();

    await end(app);

    expect(await revision()).toBe(before);
  });

  it('keeps the tokens that the site would not end, beside those that it did', async () => {
    const app = await begun();
    const [ends] = (await memoryOf(app))!.exportTokens!;
    const stays = '00000000-0000-4000-8000-000000000001';
    const exportTokens = [stays, ends!];
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({ ...memory, exportTokens }));
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: stays, times: 0 });

    await end(app);

    expect((await memoryOf(app))?.exportTokens).toEqual([stays]);
  });

  it('is refused by a site for good: the next export is made beside it', async () => {
    const app = await begun();
    fault(world.dev, { effect: { type: 'status', status: 403 }, method: 'DELETE', path: '/export/', times: 0 });
    const [open] = await world.ledger.listPromotions<DecisionRecord>({ appId: app.id, open: true });

    expect(await exportApp(open!.decision, 2)).toMatchObject({ outcome: 'exported' });
    expect((await memoryOf(app))?.exportTokens).toHaveLength(1);
  });

  it('is tried again with the whole export where the site does not answer', async () => {
    const app = await begun();
    fault(world.dev, { effect: { type: 'reset' }, method: 'DELETE', path: '/export/', times: 0 });
    const [open] = await world.ledger.listPromotions<DecisionRecord>({ appId: app.id, open: true });

    await expect(exportApp(open!.decision, 2)).rejects.toEqual(code('WAYBILL_QRS_UNREACHABLE'));
  });
});
