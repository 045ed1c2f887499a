import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectSound } from '../faults/expect-sound.ts';
import { approve } from '../harness/acts.ts';
import { nthPromotion } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import { sendDecision } from '../../temporal/send-order.ts';
import { fault, mendAll, publishedApp, standingOf, startEffectsWorld } from './effects.ts';

const BY = { account: 'COMPUTER\\decider', door: 'cli', asserted: true } as const;

describe('an approval by property that comes while one by command is carried out', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test', 'prod'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it('is carried out after it', async () => {
    const app = publishedApp(world, 'Approved twice');
    const site = world.alias('dev');
    await waitFor('the app to wait for a decision', () => world.ledger.getAwaiting(site, app.id));
    const targets = [{ site: world.alias('prod'), mode: 'duplicate', streams: ['Sales'] }] as const;
    const request = { decisionId: randomUUID(), verdict: 'approve', by: BY, targets } as const;
    const hostUtc = new Date().toISOString();

    const held = fault(world, 'prod', {
      effect: { type: 'delay', delayMs: 1500 },
      method: 'POST',
      path: '/app/upload',
    });

    const told = { config: world.config, timeoutMs: 10_000, what: app.id, site };
    const { promotionKey } = await sendDecision(told, { site, appId: app.id }, request);
    await waitFor('the upload to be under way', () => held.struck > 0);
    approve(world, app.id, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    const second = await nthPromotion(world, app.id, 2);

    expect(second).toMatchObject({ state: 'promoted', decision: { by: { door: 'qmc' } } });
    for (const target of ['test', 'prod'])
      expect(standingOf(world, target, app.name)).toMatchObject([{ stream: 'Sales', owner: REP }]);
    const decision = { site, appId: app.id, account: BY.account, verdict: 'approve', targets, hostUtc } as const;
    await expectSound(world, { expected: { decisions: [{ ...decision, promotionKey }] } });
  });
});
