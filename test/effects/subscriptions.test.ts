import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SiteMemory } from '../../activities/qrs/app-memory.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../workflows/contract.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type World } from '../harness/world.ts';
import { loseReplies, mendAll, startEffectsWorld } from './effects.ts';

describe.each(['collapse', 'separate'] as const)('subscriptions, where identical ones %s', (identicalSubscriptions) => {
  let world: World;
  const ear = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
    const { port } = ear.address() as AddressInfo;
    world = await startEffectsWorld({
      targets: ['test'],
      switches: { identicalSubscriptions },
      change: (yaml, alias) => {
        yaml['listener'] = { publicUrl: `http://127.0.0.1:${port}` };
        Object.assign(yaml['sources'][alias('dev')], { watch: 'callback', renewSubscriptions: '200ms' });
      },
    });
    await renewed();
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
    ear.close();
  });

  /** Waits until the next renewal has been written down. */
  async function renewed(): Promise<string[]> {
    const posts = (): number => world.site('dev').requestCounts()['POST /notification'] ?? 0;
    const from = posts();
    await waitFor('the next renewal', () => posts() >= from + 4);
    return waitFor('the handles', async () => {
      const memory = (await world.ledger.getSiteMemory<SiteMemory>(world.alias('dev')))?.memory;
      const handles = Object.values(memory?.handles ?? {});
      return handles.length === 2 && !memory?.formerHandles?.length && handles;
    });
  }

  const standing = (): string[] =>
    world
      .site('dev')
      .subscriptions()
      .map(({ handle }) => handle);

  it('are renewed without growing in number', async () => {
    const handles = await renewed();

    await waitFor('the former ones to be gone', () => standing().length <= 3);
    expect(handles).toHaveLength(2);
  });

  it('stand, with at most one left behind a lost reply, when replies to creating them are lost', async () => {
    const lost = loseReplies(world, 'dev', 'POST', '/notification');

    await waitFor('the faults to strike', () => lost.struck === 2);
    await renewed();

    const most = identicalSubscriptions === 'collapse' ? 2 : 2 + lost.struck;
    await waitFor('the former ones to be gone', () => standing().length <= most + 1);
  });

  it('leave none behind when replies to deleting them are lost', async () => {
    await renewed();
    const before = standing().length;
    const lost = loseReplies(world, 'dev', 'DELETE', '/notification', identicalSubscriptions === 'collapse' ? 1 : 2);
    if (identicalSubscriptions === 'separate') await waitFor('the faults to strike', () => lost.struck === 2);
    await renewed();

    await waitFor('the former ones to be gone', () => standing().length <= before);
  });

  it('are made anew after a restart of the repository', async () => {
    await world.site('dev').restartRepository(100);

    const urls = await waitFor('both to stand again', () => {
      const { subscriptions } = world.site('dev');
      const changeTypes = new Set(subscriptions().map(({ changeType }) => changeType));
      return changeTypes.size === 2 && subscriptions().map(({ url }) => url);
    });
    expect(urls.every((url) => url.includes(`/notify/${world.alias('dev')}/`))).toBe(true);
  });

  it('outlive the run of the watch, which is cut in a quiet moment and goes on knowing what it had come to', async () => {
    const watch = world.temporal.client.workflow.getHandle(workflowIds.siteWatch(world.alias('dev')));
    const { runId } = await watch.describe();

    await waitFor('a new run', async () => (await watch.describe()).runId !== runId);

    const { subscribed, lastSweepUtc } = await watch.query<SiteWatchStatus>(queries.status);
    expect(subscribed).toBe(true);
    expect(lastSweepUtc).toBeDefined();
    await waitFor('both to stand', () => standing().length === 2);
  });
});
