import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { CleanUpOutcome, DecisionRecord, UnprovenCopy } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import {
  approve,
  approvedApp,
  contentOf,
  fault,
  later,
  loseReply,
  requestsTo,
  type SourceApp,
  standing,
  stagingNames,
} from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const APP = /\/app\/[0-9a-f-]{36}\?/;

function unpublish(decision: DecisionRecord, attempt = 1): Promise<CleanUpOutcome | UnprovenCopy> {
  return world.run((activities) => activities.unpublish(decision), { attempt });
}

/** The apps of the name on `dev`. */
function ofName({ name }: SourceApp) {
  return world.dev.apps().filter((one) => one.name === name);
}

/** The owner has the app as an unpublished copy, and the published one is gone. */
function expectReturned(app: SourceApp, content: readonly string[]): void {
  expect(world.dev.app(app.id)).toBeUndefined();
  const [copy, ...more] = ofName(app);
  expect(more).toEqual([]);
  expect(standing(world.dev, copy!.id)).toMatchObject({ name: app.name, owner: REP, stream: undefined });
  expect(contentOf(world.dev, copy!.id)).toEqual(content);
  expect(stagingNames(world.dev)).toEqual([]);
}

describe('returning an app to its owner', () => {
  it('gives him a copy under its name and deletes the published one', async () => {
    const { app, decision } = await approvedApp(world);
    const content = contentOf(world.dev, app.id);
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    const outcome = await unpublish(decision);

    const [copy] = ofName(app);
    expect(outcome).toEqual({ outcome: 'done', copyAppId: copy!.id });
    expectReturned(app, content);
    const { promotionKey } = decision;
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      {
        target: 'dev',
        n: 1,
        name: `~waybill/test/${promotionKey}/dev/1`,
        appId: copy!.id,
        purpose: 'unpublish',
        state: 'published',
        closedAtUtc: world.nowUtc,
      },
    ]);
    expect((await world.ledger.recordsOf(promotionKey)).at(-1)).toMatchObject({
      seq: 'unpublished',
      type: 'unpublished',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
      facts: { copyAppId: copy!.id },
    });
  });

  it.each([
    ['to making the copy', 'POST', '/copy'],
    ['to giving it its owner', 'PUT', APP],
    ['to the deletion', 'DELETE', APP],
  ])('makes one copy where the reply %s was lost', async (_, method, path) => {
    const { app, decision } = await approvedApp(world);
    const content = contentOf(world.dev, app.id);
    const lost = loseReply(world.dev, method, path);
    await expect(unpublish(decision)).rejects.toThrow();

    const outcome = await unpublish(decision, 2);

    expect(lost()).toBe(1);
    expect(outcome).toEqual({ outcome: 'done', copyAppId: ofName(app)[0]!.id });
    expectReturned(app, content);
  });

  it('does nothing more at a repeat', async () => {
    const { app, decision } = await approvedApp(world);
    const first = await unpublish(decision);
    world.dev.requestLog.clear();

    expect(await unpublish(decision, 2)).toEqual(first);

    expect(requestsTo(world.dev).filter((request) => /^(PUT|POST)/.test(request))).toEqual([]);
    expect(ofName(app)).toHaveLength(1);
  });

  it('dresses the copy in one write', async () => {
    const { decision } = await approvedApp(world);
    world.dev.requestLog.clear();

    await unpublish(decision);

    expect(requestsTo(world.dev).filter((request) => request === 'PUT /qrs/app/{id}')).toHaveLength(1);
  });

  it('copies what is approved, and no more has to be in the copy', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.edit(app.id, { addSheet: 'Private' });

    expect(await unpublish(decision)).toMatchObject({ outcome: 'done' });
  });

  it.each([
    ['says so only of the copy', 'POST', '/copy', 'made'],
    ['says so only of its owner', 'PUT', APP, 'changed'],
    ['says so only of the deletion', 'DELETE', APP, 'deleted'],
  ])('does not believe a site that %s', async (_, method, path, what) => {
    const { app, decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'not-done' }, method, path });

    await expect(unpublish(decision)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_NOT_DONE', facts: { what } });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    expect(await unpublish(decision, 2)).toMatchObject({ outcome: 'done' });
  });

  it('keeps the published app where the copy is not whole', async () => {
    const { app, decision } = await approvedApp(world);
    const made = world.dev.actAs.copy(app.id, REP, `~waybill/test/${decision.promotionKey}/dev/1`);
    const object = world.dev.objects(made).find(({ objectType }) => objectType === 'sheet')!;
    await world.ledger.upsertStaging({
      promotionKey: decision.promotionKey,
      target: 'dev',
      n: 1,
      name: `~waybill/test/${decision.promotionKey}/dev/1`,
      appId: made,
      purpose: 'unpublish',
      state: 'open',
    });
    world.dev.actAs.edit(made, { removeObject: String(object['engineObjectId']) });

    await expect(unpublish(decision)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_WHOLE',
      facts: {
        app: app.name,
        site: 'dev',
        reasons: expect.stringMatching(/^it has \d+ of \d+ objects of type sheet$/),
      },
    });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
  });

  it.each([
    ['owner', { owner: { id: '00000000-0000-4000-8000-000000000000', userId: 'other' } }, 'its copy belongs to other'],
    ['name', { name: 'Another name' }, 'its copy is called "Another name"'],
  ])('keeps the published app where the copy did not get its %s', async (_, wrong, reasons) => {
    const { app, decision } = await approvedApp(world);
    const effect = {
      type: 'status' as const,
      status: 200,
      // As the site shows the copy after each write: made at the strike, as its id is not known before.
      get json() {
        const copy = ofName(app).find(({ id }) => id !== app.id);
        return { ...copy, ...wrong };
      },
    };
    const path = new RegExp(`/app/(?!${app.id})[0-9a-f-]{36}\\?`);
    fault(world.dev, { effect, method: 'GET', path, nth: 2, times: 0 });

    await expect(unpublish(decision)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_WHOLE',
      facts: { app: app.name, site: 'dev', reasons },
    });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
  });

  it('is done where somebody deleted the published app meanwhile', async () => {
    const { app, decision } = await approvedApp(world);
    const content = contentOf(world.dev, app.id);
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: APP });
    await expect(unpublish(decision)).rejects.toThrow();
    world.dev.actAs.deleteApp(app.id);

    expect(await unpublish(decision, 2)).toMatchObject({ outcome: 'done' });
    expectReturned(app, content);
  });
});

describe('an app that somebody goes on with', () => {
  /** Nothing is done, and no copy is left behind. */
  async function expectKept(app: SourceApp, decision: DecisionRecord, why: string): Promise<void> {
    world.nowUtc = '2026-05-04T10:00:00.000Z';
    expect(await unpublish(decision)).toEqual({ outcome: 'kept', why });
    expect(standing(world.dev, app.id)).toMatchObject({ name: app.name, stream: 'Sales', owner: REP });
    expect(ofName(app)).toHaveLength(1);
    expect(stagingNames(world.dev)).toEqual([]);
    const { promotionKey } = decision;
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      { state: 'removed', purpose: 'unpublish', closedAtUtc: world.nowUtc },
    ]);
    expect((await world.ledger.recordsOf(promotionKey)).map(({ seq }) => seq)).not.toContain('unpublished');
  }

  it('is kept where its content changed', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id, { title: 'Edited' });

    await expectKept(app, decision, 'the app changed since: sheet "Edited" was changed');
  });

  it('is kept where more was asked for', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: ['Sales', 'Finance'] });

    await expectKept(app, decision, 'somebody asked for more since');
  });

  it.each([
    ['denied', ['Deny']],
    ['both approved and denied', ['Approve', 'Deny']],
  ])('is kept where it was %s since', async (_, words) => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: words });

    const outcome = await unpublish(decision);

    expect(outcome).toMatchObject({ outcome: 'kept', why: expect.stringMatching(/^somebody/) });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
  });

  it('is kept where it was approved anew', async () => {
    const { app, decision } = await approvedApp(world);
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({
      ...memory,
      remembered: { ...memory!.remembered!, absentSeen: true },
    }));

    await expectKept(app, decision, 'somebody decided anew since');
  });

  it('is returned where the approval was taken away, and where the decision was made elsewhere', async () => {
    const first = await approvedApp(world);
    world.dev.actAs.setProperties(first.app.id, MANAGER, { PromotionApproval: [] });
    expect(await unpublish(first.decision)).toMatchObject({ outcome: 'done' });

    const second = await approvedApp(world);
    const elsewhere = { ...second.decision, by: { ...second.decision.by, door: 'cli' } } as const;
    await world.ledger.updateAppMemory<AppMemory>('dev', second.app.id, (memory) => ({
      ...memory,
      remembered: undefined,
    }));
    expect(await unpublish(elsewhere)).toMatchObject({ outcome: 'done' });
  });

  it('is returned where a denial stands as it was carried out', async () => {
    const { app, decision } = await approvedApp(world, { word: 'Deny' });

    expect(decision.verdict).toBe('deny');
    expect(await unpublish(decision)).toMatchObject({ outcome: 'done' });
    expect(world.dev.app(app.id)).toBeUndefined();
  });
});

describe('taking the consumed properties away', () => {
  const strip = (decision: DecisionRecord, attempt = 1) =>
    world.run((activities) => activities.stripProperties(decision), { attempt });

  it('takes those and nothing else', async () => {
    const { app, decision } = await approvedApp(world, { more: { Department: ['East'] } });
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    expect(await strip(decision)).toEqual({ outcome: 'done' });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales', rows: ['Department=East'] });
    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory;
    expect(memory?.remembered).toMatchObject({ decisionId: decision.decisionId, absentSeen: true });
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: 'stripped',
      type: 'stripped',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
    });
  });

  it('takes nothing where more was asked for since, which would be incomplete without the rest', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: ['Sales', 'Finance'] });
    const before = standing(world.dev, app.id)!['rows'];

    expect(await strip(decision)).toEqual({ outcome: 'kept', why: 'somebody asked for more since' });

    expect(standing(world.dev, app.id)!['rows']).toEqual(before);
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).not.toMatchObject({ type: 'stripped' });
  });

  it('takes nothing where it was approved anew since', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { word: 'Deny' });
    await world.run((activities) => activities.assess({ site: 'dev', appId: app.id }));
    approve(world, app.id);
    const before = standing(world.dev, app.id)!['rows'];

    expect(await strip(decision)).toEqual({ outcome: 'kept', why: 'somebody decided anew since' });

    expect(standing(world.dev, app.id)!['rows']).toEqual(before);
  });

  it('writes nothing at a repeat', async () => {
    const { decision } = await approvedApp(world);
    const lost = loseReply(world.dev, 'PUT', APP);
    await expect(strip(decision)).rejects.toThrow();
    world.dev.requestLog.clear();

    expect(await strip(decision, 2)).toEqual({ outcome: 'done' });

    expect(lost()).toBe(1);
    expect(requestsTo(world.dev).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  it('has nothing to do for an app that is gone', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);

    expect(await strip(decision)).toEqual({ outcome: 'kept', why: 'the app is gone' });
  });
});
