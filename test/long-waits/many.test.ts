import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type PromotionStatus, queries, workflowIds } from '../../workflows/contract.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import { publishedApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP } from '../harness/world.ts';
import { findTestServer } from '../harness/find-test-server.ts';
import { DAY, eventsOf, expectSoundWaits, HOUR, promotionOf } from './shared.ts';
import { type SkippingWorld, startSkippingWorld } from './skipping-world.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 240_000 });

const server = await findTestServer();
const missing = 'problem' in server ? server.problem : undefined;
const ALL = 500;
const OLD = 50;
/** Above what a wait of some weeks comes to, and far below the 51,200 at which the service ends a workflow. */
const EVENTS = 400;

describe.skipIf(missing)(`row 22: 500 promotions${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let world: SkippingWorld;

  beforeAll(async () => {
    if ('problem' in server) return;
    world = await startSkippingWorld(server.program, {
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['sources'][alias('dev')].approval = { reminder: '7d', expire: '60d' };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('of which 50 are pending for more than 30 days, keep their histories bounded', async () => {
    const old = await ask('Old', OLD);
    await world.pass(31 * DAY);
    const young = await ask('Young', ALL - OLD);
    await world.pass(DAY);

    const apps = [...old, ...young];
    expect(await world.ledger.listAwaiting()).toHaveLength(ALL);
    const events = await Promise.all(
      apps.map((app) => eventsOf(world, workflowIds.promotion(world.alias('dev'), app))),
    );
    expect(Math.max(...events)).toBeLessThan(EVENTS);
    expect(await eventsOf(world, workflowIds.siteWatch(world.alias('dev')))).toBeLessThan(EVENTS);
  });

  it('go on from there: one that waited for a month is approved and promoted', async () => {
    const [{ appId } = { appId: '' }] = await world.ledger.listAwaiting({ limit: 1 });
    approve(world, appId, { test: 'Overwrite' }, ['Sales']);
    await world.hint(appId);

    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
    await expectSoundWaits(world);
  });

  it('continue as new when people change an app over and over while it waits', async () => {
    const [app = ''] = await ask('Changed', 1);
    const { runId } = await promotionOf(world, app).describe();
    const choose = (mode: string): void =>
      world.site('dev').actAs.setProperties(app, REP, { PromoteToServer: [`${world.alias('test')} - ${mode}`] });

    let looks = 0;
    await waitFor(
      'the promotion to continue as new',
      async () => {
        choose((looks += 1) % 2 === 0 ? 'Overwrite' : 'Duplicate');
        await world.hint(app);
        await world.pass(HOUR / 60);
        return (await promotionOf(world, app).describe()).runId !== runId;
      },
      240_000,
    );

    const status = await waitFor('the next run to wait', async () => {
      const now = await promotionOf(world, app)
        .query<PromotionStatus>(queries.status)
        .catch(() => undefined);
      return now?.state === 'awaiting-decision' && now;
    });
    const row = await world.ledger.getAwaiting(world.alias('dev'), app);
    expect(status.waitingSinceUtc).toBe(row?.waitingSinceUtc);
    expect(await eventsOf(world, workflowIds.promotion(world.alias('dev'), app))).toBeLessThan(EVENTS);
  });

  /** So many apps for which somebody chose a target; returns when all wait. */
  async function ask(name: string, count: number): Promise<string[]> {
    const apps = Array.from({ length: count }, (_, nth) => publishedApp(world, `${name} ${nth}`));
    for (const app of apps) {
      world.site('dev').actAs.setProperties(app, REP, { PromoteToServer: [`${world.alias('test')} - Overwrite`] });
    }
    const before = (await world.ledger.listAwaiting()).length;
    for (const app of apps) await world.hint(app);
    await waitFor('all to wait', async () => (await world.ledger.listAwaiting()).length === before + count, 500_000);
    return apps;
  }
});
