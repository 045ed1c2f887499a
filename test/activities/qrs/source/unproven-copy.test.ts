import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, REP, startActivityWorld } from '../activity-world.ts';
import { approvedApp, requestsTo, standing, stagingNames } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const unpublish = (decision: DecisionRecord, attempt = 1) =>
  world.run((activities) => activities.unpublish(decision), { attempt });

/** An app whose copy its objects do not prove, as the site shows no hashes. */
async function unproven() {
  world.dev.switches.contentHashShown = 'never';
  const { app, decision } = await approvedApp(world);
  const outcome = await unpublish(decision);
  if (outcome.outcome !== 'unproven') throw new Error(JSON.stringify(outcome));
  return { app, decision, copyAppId: outcome.copyAppId };
}

/** What the comparison of the two files found. */
async function compared({ promotionKey, site }: DecisionRecord, copyAppId: string, facts: object): Promise<void> {
  await world.ledger.record({
    promotionKey,
    seq: `copy/content/${copyAppId}`,
    type: 'copy-compared',
    atUtc: new Date().toISOString(),
    site,
    appId: copyAppId,
    facts,
  });
}

describe("an owner's copy that its objects do not prove", () => {
  it('stands beside the app, which stays published until its file was compared', async () => {
    const { app, decision, copyAppId } = await unproven();

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'unproven', copyAppId });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    expect(standing(world.dev, copyAppId)).toMatchObject({ name: app.name, owner: REP, stream: undefined });
    expect((await world.ledger.recordsOf(decision.promotionKey)).map(({ seq }) => seq)).not.toContain('unpublished');
  });

  it.each([
    ['holds the same', { verdict: 'same' }],
    [
      'holds the same under other ids',
      { verdict: 'differs', lost: false, differences: ['sheet "A" bears another id'] },
    ],
    ['could not be read', { verdict: 'not-compared', why: 'it is no app file' }],
  ])('takes the place of the app where its file %s', async (_, facts) => {
    const { app, decision, copyAppId } = await unproven();
    await compared(decision, copyAppId, facts);

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId });
    expect(world.dev.app(app.id)).toBeUndefined();
  });

  it('goes where something would be lost with the app', async () => {
    const { app, decision, copyAppId } = await unproven();
    await compared(decision, copyAppId, { verdict: 'differs', lost: true, differences: ['sheet "A" is missing'] });

    expect(await unpublish(decision, 2)).toMatchObject({
      outcome: 'kept',
      why: expect.stringContaining('sheet "A" is missing'),
    });

    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    expect(world.dev.app(copyAppId)).toBeUndefined();
    expect(stagingNames(world.dev)).toEqual([]);
    expect(await world.ledger.listStagings({ promotionKey: decision.promotionKey })).toMatchObject([
      { state: 'removed', appId: copyAppId },
    ]);
  });

  it('is not proven by what was found of another copy', async () => {
    const { decision, copyAppId } = await unproven();
    await compared(decision, '00000000-0000-4000-8000-000000000000', { verdict: 'same' });

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'unproven', copyAppId });
  });

  it('is proven by nothing where somebody deleted the app: the copy is all that is left', async () => {
    const { app, decision, copyAppId } = await unproven();
    world.dev.actAs.deleteApp(app.id);

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId });
    expect(world.dev.app(copyAppId)).toBeDefined();
  });

  it('may hold more than the app', async () => {
    world.dev.switches.contentHashShown = 'always';
    const { app, decision } = await approvedApp(world);
    world.dev.switches.unpublishedObjectsApproved = true;
    const name = `~waybill/test/${decision.promotionKey}/dev/1`;
    const copy = world.dev.actAs.copy(app.id, 'INTERNAL\\sa_api', name);
    world.dev.actAs.edit(copy, { addSheet: 'More' });
    world.dev.requestLog.clear();

    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId: copy });
    expect(requestsTo(world.dev)).not.toContain('POST /qrs/app/{id}/copy');
  });
});
