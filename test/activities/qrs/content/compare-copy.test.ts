import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { differencesOf, inWords } from '../../../../activities/qrs/content/difference-words.ts';
import type { DecisionRecord } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, REP, startActivityWorld } from '../activity-world.ts';
import { approvedApp, fault, requestsTo, standing, stagingNames } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const NO_APP = { type: 'status', status: 200, text: 'This is no app file. '.repeat(50) } as const;

const unpublish = (decision: DecisionRecord, attempt = 1) =>
  world.run((activities) => activities.unpublish(decision), { attempt });
const compare = (decision: DecisionRecord, copyAppId: string, attempt = 1) =>
  world.run((activities) => activities.compareCopy({ decision, copyAppId }), { attempt });

/** An app whose copy its objects do not prove. */
async function unproven(switches: Partial<typeof world.dev.switches> = {}) {
  Object.assign(world.dev.switches, { contentHashShown: 'never', ...switches });
  const { app, decision } = await approvedApp(world);
  const outcome = await unpublish(decision);
  if (outcome.outcome !== 'unproven') throw new Error(JSON.stringify(outcome));
  return { app, decision, copyAppId: outcome.copyAppId };
}

async function verdicts(promotionKey: string): Promise<unknown[]> {
  const records = await world.ledger.recordsOf(promotionKey);
  return records
    .filter(({ type }) => type === 'copy-compared')
    .map(({ seq, facts }) => [seq.replace(/[0-9a-f-]{36}/, '{id}'), (facts as { verdict: string }).verdict]);
}

describe('a copy for the owner that its objects do not prove', () => {
  it('takes the place of the app only once its file was compared', async () => {
    const { app, decision, copyAppId } = await unproven();
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    world.dev.requestLog.clear();

    await compare(decision, copyAppId);
    await compare(decision, copyAppId, 2);

    expect(requestsTo(world.dev).filter((request) => /^POST .*export/.test(request))).toHaveLength(2);
    expect(await verdicts(decision.promotionKey)).toEqual([['copy/content/{id}', 'same']]);
    expect(await unpublish(decision, 2)).toEqual({ outcome: 'done', copyAppId });
    expect(world.dev.app(app.id)).toBeUndefined();
    expect(standing(world.dev, copyAppId)).toMatchObject({ name: app.name, owner: REP });
  });

  it('goes where it holds less, and the app stays', async () => {
    const { app, decision, copyAppId } = await unproven({ copyLoses: 'charts' });
    await compare(decision, copyAppId);

    expect(await verdicts(decision.promotionKey)).toEqual([['copy/content/{id}', 'differs']]);
    expect(await unpublish(decision, 2)).toEqual({
      outcome: 'kept',
      why: expect.stringContaining('the copy for its owner does not hold the same: sheet "Sheet 2" was changed'),
    });
    expect(standing(world.dev, app.id)).toMatchObject({ stream: 'Sales' });
    expect(world.dev.app(copyAppId)).toBeUndefined();
  });

  it('goes at once where a difference is to block, so that a retry makes another', async () => {
    world.configure((yaml) => (yaml['verify'] = { content: 'block' }));
    const { app, decision, copyAppId } = await unproven({ copyLoses: 'charts' });

    await expect(compare(decision, copyAppId)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_COPY_DIFFERS',
      facts: { app: app.name, site: 'dev', differences: expect.stringContaining('sheet "Sheet 2" was changed') },
    });
    expect(world.dev.app(copyAppId)).toBeUndefined();
    expect(stagingNames(world.dev)).toEqual([]);
    expect(await verdicts(decision.promotionKey)).toEqual([['copy/content/{id}/difference', 'differs']]);
    world.dev.switches.copyLoses = 'nothing';
    expect(await unpublish(decision, 2)).toMatchObject({
      outcome: 'unproven',
      copyAppId: expect.not.stringContaining(copyAppId),
    });
  });

  it('takes the place of the app where its file cannot be read: nothing speaks against it', async () => {
    const { decision, copyAppId } = await unproven();
    fault(world.dev, { effect: NO_APP, method: 'GET', path: '/tempcontent/', times: 0 });

    await compare(decision, copyAppId);

    expect(await verdicts(decision.promotionKey)).toEqual([['copy/content/{id}', 'not-compared']]);
    expect(await unpublish(decision, 2)).toMatchObject({ outcome: 'done' });
    expect(world.dev.openExports()).toEqual([]);
  });

  it('is not compared where that is off', async () => {
    const { decision, copyAppId } = await unproven();
    world.configure((yaml) => (yaml['verify'] = { content: 'off' }));
    world.dev.requestLog.clear();

    await compare(decision, copyAppId);

    expect(requestsTo(world.dev)).toEqual([]);
    expect(await unpublish(decision, 2)).toMatchObject({ outcome: 'done' });
  });
});

describe('differences in words', () => {
  const one = (name: string, details: string[] = []) => ({ name, details }) as never;
  const comparison = (more: object) => ({ missing: [], added: [], changed: [], renumbered: [], ...more }) as never;

  it('tell what is missing, changed, beside it and under another id', () => {
    const all = comparison({
      missing: [one('sheet "A"')],
      changed: [
        one('sheet "B"'),
        one('script', ['line 1', 'line 2', 'line 3']),
        one('sheet "C"', ['1', '2', '3', '4']),
      ],
      added: [one('measure "D"')],
      renumbered: [one('measure "E"')],
    });

    expect(differencesOf(all)).toEqual([
      'sheet "A" is missing',
      'sheet "B" was changed',
      'script was changed (line 1, line 2, line 3)',
      'sheet "C" was changed (1, 2, 3, …)',
      'measure "D" is there and was not exported',
      'measure "E" bears another id',
    ]);
    expect(differencesOf(all, { extras: true })).not.toContain('measure "D" is there and was not exported');
    expect(differencesOf(comparison({}))).toEqual([]);
  });

  it('are eight, and names are cut', () => {
    const many = Array.from({ length: 10 }, (_, nth) => String(nth));

    expect(inWords(many.slice(0, 8))).toBe('0; 1; 2; 3; 4; 5; 6; 7');
    expect(inWords(many)).toBe('0; 1; 2; 3; 4; 5; 6; 7; and 2 more');
    expect(differencesOf(comparison({ missing: [one('x'.repeat(120)), one('x'.repeat(121))] }))).toEqual([
      `${'x'.repeat(120)} is missing`,
      `${'x'.repeat(120)}… is missing`,
    ]);
  });
});
