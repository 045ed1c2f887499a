import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SiteMemory } from '../../activities/qrs/app-memory.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../workflows/contract.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { loseReplies, mendAll, startEffectsWorld } from './effects.ts';

describe('subscriptions, where a second one like another is refused (409)', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      switches: { identicalSubscriptions: 'refused' },
      change: (yaml, alias) => {
        yaml['listener'] = { publicUrl: 'http://127.0.0.1:9' };
        Object.assign(yaml['sources'][alias('dev')], { watch: 'callback', renewSubscriptions: '300ms' });
      },
    });
    await waitFor('the subscriptions', () => world.site('dev').subscriptions().length === 2);
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const posts = (): number => world.site('dev').requestCounts()['POST /notification'] ?? 0;
  const status = () =>
    world.temporal.client.workflow
      .getHandle(workflowIds.siteWatch(world.alias('dev')))
      .query<SiteWatchStatus>(queries.status);

  async function expectRenewed(): Promise<void> {
    const before = posts();
    await waitFor('the next renewals', () => posts() >= before + 8);
    await waitFor('both to stand', () => world.site('dev').subscriptions().length === 2);
    expect((await status()).subscribed).toBe(true);
  }

  it('are renewed: the old one goes before the new one comes', async () => {
    await expectRenewed();

    const memory = (await world.ledger.getSiteMemory<SiteMemory>(world.alias('dev')))?.memory;
    expect(Object.keys(memory?.handles ?? {}).toSorted()).toEqual(['delete', 'update']);
  });

  it('are taken as standing when the replies to creating them were lost', async () => {
    const lost = loseReplies(world, 'dev', 'POST', '/notification');
    await world.site('dev').restartRepository(100);
    await waitFor('the faults to strike', () => lost.struck === 2);

    await expectRenewed();
  });
});
