import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { CleanUpOutcome, DecisionRecord, UnprovenCopy } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, API, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import {
  approve,
  approvedApp,
  assess,
  exported,
  fault,
  later,
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

const OTHER = 'COMPANY\\other';

function unpublish(decision: DecisionRecord, attempt = 1): Promise<CleanUpOutcome | UnprovenCopy> {
  return world.run((activities) => activities.unpublish(decision), { attempt });
}

const strip = (decision: DecisionRecord) => world.run((activities) => activities.stripProperties(decision));
const stagingsOf = ({ promotionKey }: DecisionRecord) => world.ledger.listStagings({ promotionKey });
const stagingName = ({ promotionKey }: DecisionRecord) => `~waybill/test/${promotionKey}/dev/1`;

function sheetsOf(appId: string): string[] {
  const sheets = world.dev.objects(appId).filter(({ objectType }) => objectType === 'sheet');
  return sheets.map(({ engineObjectId }) => String(engineObjectId));
}

/** The one app of the owner that came of it, and the published one is gone. */
function copyOf({ id }: SourceApp, outcome: CleanUpOutcome | UnprovenCopy) {
  if (outcome.outcome !== 'done' || !outcome.copyAppId) throw new Error(JSON.stringify(outcome));
  expect(world.dev.app(id)).toBeUndefined();
  return standing(world.dev, outcome.copyAppId);
}

describe('an app that was edited after it was exported', () => {
  /** A decision that is bound to no content, exported. */
  async function latest() {
    world.configure((yaml) => (yaml['sources'].dev.whenChanged = 'promoteLatest'));
    const { app, decision } = await approvedApp(world);
    await exported(world, decision);
    return { app, decision };
  }

  it('stays, though the decision is bound to no content: nobody has promoted the edit', async () => {
    const { app, decision } = await latest();
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);

    expect(await unpublish(decision)).toMatchObject({ outcome: 'kept', why: expect.stringContaining('edited') });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    expect(stagingNames(world.dev)).toEqual([]);
  });

  it('goes where it holds what was exported', async () => {
    const { app, decision } = await latest();

    expect(copyOf(app, await unpublish(decision))).toMatchObject({ name: app.name });
  });

  it('goes back after a denial, whatever it holds by now: nothing was promoted on it', async () => {
    const { app, decision } = await approvedApp(world, { word: 'Deny' });
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);

    expect(copyOf(app, await unpublish(decision))).toMatchObject({ name: app.name });
  });

  it('stays and names its changes where the decision is bound to its content, five at most', async () => {
    const { app, decision } = await approvedApp(world, { app: { sheets: 7 } });
    later(world.dev, app.id);
    for (const [nth, objectId] of sheetsOf(app.id).entries())
      world.dev.actAs.edit(app.id, { objectId, title: `Edited ${nth}` });

    const outcome = await unpublish(decision);

    if (outcome.outcome !== 'kept') throw new Error(outcome.outcome);
    expect(outcome.why.match(/Edited \d/g)).toEqual([0, 1, 2, 3, 4].map((nth) => `Edited ${nth}`));
  });
});

describe('an app that somebody renamed or handed on since the decision', () => {
  it.each([
    ['name', (id: string) => world.dev.actAs.rename(id, 'Called anew'), { name: 'Called anew', owner: REP }],
    ['owner', (id: string) => world.dev.actAs.changeOwner(id, OTHER), { owner: OTHER }],
  ])('goes back under the %s that it has now', async (_, act, expected) => {
    const { app, decision } = await approvedApp(world);
    act(app.id);

    expect(copyOf(app, await unpublish(decision))).toMatchObject({ stream: undefined, ...expected });
  });

  it('is looked at again after its copy was dressed, for somebody may have gone on meanwhile', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.rename(app.id, 'Called anew');
    const effect = {
      // Struck by the second dressing, right before it is done.
      get type() {
        world.dev.actAs.edit(app.id, { title: 'Edited' });
        return 'delay' as const;
      },
      delayMs: 0,
    };
    fault(world.dev, { effect, method: 'PUT', path: /\/app\/[0-9a-f-]{36}\?/, nth: 2 });

    expect(await unpublish(decision)).toMatchObject({ outcome: 'kept', why: expect.stringContaining('Edited') });
    expect(world.dev.app(app.id)).toMatchObject({ name: 'Called anew' });
    expect(stagingNames(world.dev)).toEqual([]);
  });

  it.each([
    ['is looked at and written to once more', (id: string) => world.dev.actAs.rename(id, 'Called anew'), 2],
    ['is looked at and written to once where nothing changed', () => undefined, 1],
  ])('%s', async (_, act, times) => {
    const { app, decision } = await approvedApp(world);
    act(app.id);
    world.dev.requestLog.clear();

    await unpublish(decision);

    const count = (request: string) => requestsTo(world.dev).filter((one) => one === request).length;
    expect(count('PUT /qrs/app/{id}')).toBe(times);
    expect(count('GET /qrs/app/object/full')).toBe(times);
  });

  it('has a copy that differs in no more than the case of its name', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.rename(app.id, app.name.toUpperCase());

    expect(copyOf(app, await unpublish(decision))).toMatchObject({ name: app.name.toUpperCase() });
  });
});

describe('an app that is gone before its owner has his copy', () => {
  it('leaves nothing to do, and that is settled', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    expect(await unpublish(decision)).toMatchObject({ outcome: 'kept' });

    expect(await stagingsOf(decision)).toMatchObject([{ state: 'removed', closedAtUtc: world.nowUtc }]);
    expect((await world.ledger.recordsOf(decision.promotionKey)).map(({ seq }) => seq)).toEqual(['decision']);
  });

  it('is no end where the app is there and the site refuses to copy it', async () => {
    const { decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'status', status: 403 }, method: 'POST', path: '/copy' });

    await expect(unpublish(decision)).rejects.toMatchObject({ retryable: false });
    expect(await stagingsOf(decision)).toMatchObject([{ state: 'intended' }]);
  });

  it('is no end where the site is down', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);
    fault(world.dev, { effect: { type: 'status', status: 503 }, method: 'POST', path: '/copy', times: 0 });

    await expect(unpublish(decision)).rejects.toMatchObject({ retryable: true });
    expect(await stagingsOf(decision)).toMatchObject([{ state: 'intended' }]);
  });
});

describe('the copy of an earlier attempt whose reply was lost', () => {
  it('is made anew where it holds less than what is approved', async () => {
    const { app, decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'reply-lost' }, method: 'POST', path: '/copy' });
    await expect(unpublish(decision)).rejects.toThrow();
    const cut = world.dev.apps().find(({ name }) => name === stagingName(decision))!;
    world.dev.actAs.edit(cut.id, { removeObject: sheetsOf(cut.id)[0]! });

    copyOf(app, await unpublish(decision, 2));

    expect(world.dev.app(cut.id)).toBeUndefined();
    expect(stagingNames(world.dev)).toEqual([]);
  });

  it('is the one where it holds all that is approved, though the app holds more', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.edit(app.id, { addSheet: 'Private' });
    fault(world.dev, { effect: { type: 'reply-lost' }, method: 'POST', path: '/copy' });
    await expect(unpublish(decision)).rejects.toThrow();
    const made = world.dev.apps().find(({ name }) => name === stagingName(decision))!;

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId: made.id });
    expect(world.dev.app(app.id)).toBeUndefined();
  });

  it('keeps the name that it got, though the decision knows another: nothing is written at a repeat', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.rename(app.id, 'Called anew');
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: /\/app\// });
    await expect(unpublish(decision)).rejects.toThrow();
    const [{ appId } = {}] = await stagingsOf(decision);
    world.dev.requestLog.clear();

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId: appId });

    expect(standing(world.dev, appId!)).toMatchObject({ name: 'Called anew', owner: REP });
    expect(requestsTo(world.dev).filter((request) => request.startsWith('P'))).toEqual([]);
  });
});

describe('a request that came since the decision', () => {
  it('keeps the app where another target was chosen, though the approval was taken away', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [], PromoteToStream: ['Finance'] });

    expect(await unpublish(decision)).toMatchObject({ outcome: 'kept' });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
  });

  it('loses no property where approval and denial stand beside each other', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] });
    const { rows } = standing(world.dev, app.id)!;

    expect(await strip(decision)).toEqual({ outcome: 'kept', why: 'somebody decided anew since' });
    expect(standing(world.dev, app.id)).toMatchObject({ rows });
  });

  it('keeps the app where a denial was set anew', async () => {
    const { app, decision } = await approvedApp(world, { word: 'Deny' });
    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)!.memory;
    const remembered = { ...memory.remembered!, absentSeen: true };
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, () => ({ ...memory, remembered }));

    expect(await unpublish(decision)).toMatchObject({ outcome: 'kept' });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
  });

  it('is none where everything that was consumed is gone and another target was chosen', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, {
      PromotionApproval: [],
      PromoteToServer: [],
      PromoteToStream: ['Finance'],
    });

    expect(await strip(decision)).toEqual({ outcome: 'done' });
    expect(standing(world.dev, app.id)).toMatchObject({ rows: ['PromoteToStream=Finance'] });
  });

  it('loses no property where targets were added to the approval that stands', async () => {
    const { app, decision } = await approvedApp(world);
    approve(world, app.id, { streams: ['Sales', 'Finance'] });
    await world.ledger.updatePromotion(decision.promotionKey, { endedAtUtc: new Date().toISOString() });
    expect((await assess(world, app.id)).next.kind).toBe('act');
    const { rows } = standing(world.dev, app.id)!;

    expect(await strip(decision)).toMatchObject({ outcome: 'kept' });
    expect(standing(world.dev, app.id)).toMatchObject({ rows });
  });

  it('loses no property of a decision that stands as its author set it while it is not the one carried out', async () => {
    const { app, decision } = await approvedApp(world);
    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)!.memory;
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, () => ({ ...memory, remembered: undefined }));

    expect(await strip(decision)).toMatchObject({ outcome: 'kept' });
    expect(await strip({ ...decision, by: { account: API, door: 'cli', asserted: true } })).toEqual({
      outcome: 'done',
    });
  });

  it('keeps the app after a decision elsewhere where what stood in the way of an approval was taken away', async () => {
    const { app, decision } = await approvedApp(world);
    const consumed = [...decision.consumed, { name: 'PromotionApproval', value: 'Deny' }];
    const elsewhere = { ...decision, consumed, by: { ...decision.by, door: 'cli' } } as const;
    const { rows } = standing(world.dev, app.id)!;

    expect(await strip(elsewhere)).toEqual({ outcome: 'kept', why: 'somebody decided anew since' });
    expect(await unpublish(elsewhere)).toMatchObject({ outcome: 'kept', why: 'somebody decided anew since' });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales', rows });
  });

  it('is none after a decision elsewhere where only what is no decision is left', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });

    expect(await strip({ ...decision, by: { ...decision.by, door: 'cli' } })).toEqual({ outcome: 'done' });
    expect(standing(world.dev, app.id)).toMatchObject({ rows: [] });
  });
});
