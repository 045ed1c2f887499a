import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectMails, promoted, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { checkRun } from './checker/check-run.ts';
import { settledFacts } from './settled-facts.ts';

describe('the checker over a run in which nothing went wrong', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld();
    standingApp(world, 'test', 'Ordinary');
    const app = send(world, 'Ordinary', { test: 'Overwrite', prod: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);
    await expectMails(world, promotionKey, ['approved', 'results']);
  });

  afterAll(async () => {
    await world?.close();
  });

  it('finds no violation', async () => {
    expect(checkRun(await settledFacts(world))).toEqual([]);
  });

  it('finds the app that somebody planted in the facts', async () => {
    const facts = await settledFacts(world);
    const prod = world.alias('prod');
    const planted = { ...facts.sites[prod]!.end[0]!, id: '00000000-aaaa-4aaa-8aaa-000000000000', name: 'Planted' };

    const found = checkRun({
      ...facts,
      sites: { ...facts.sites, [prod]: { ...facts.sites[prod]!, end: [...facts.sites[prod]!.end, planted] } },
    });

    expect(found).toMatchObject([{ rule: 'g', site: prod, app: 'Planted' }]);
  });

  it('finds the app that the API user itself put there', async () => {
    const site = world.site('prod');
    site.actAs.publish(site.actAs.createApp({ name: 'Smuggled', owner: 'INTERNAL\\sa_api' }), 'Sales');

    const found = checkRun(await settledFacts(world));

    expect(found.map(({ rule, app }) => `${rule} ${app}`)).toContain('g Smuggled');
    expect(new Set(found.map(({ app }) => app))).toEqual(new Set(['Smuggled']));
  });
});
