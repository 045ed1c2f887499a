import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../sandbox/qrs/faults.ts';
import { approve } from '../harness/acts.ts';
import { countRequests } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import {
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  standingOf,
  startEffectsWorld,
} from '../effects/effects.ts';
import { expectSound } from './expect-sound.ts';

const HUGE_BYTES = 512 * 1024 * 1024;
const EXPORT = /^POST \/qrs\/app\/[^/]+\/export\//;

const broken: readonly { readonly file: string; readonly effect: FaultEffect }[] = [
  { file: 'has 0 bytes', effect: { type: 'short', afterBytes: 0 } },
  { file: 'is cut, with a clean end', effect: { type: 'short', afterBytes: 10_000 } },
  { file: 'is cut by a reset', effect: { type: 'truncate', afterBytes: 10_000 } },
];

describe('row 13: an app file that', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['verify'] = { content: 'block' };
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each(broken)('$file is refused, and exported anew: from the source', async ({ file, effect }) => {
    const cut = fault(world, 'dev', { effect, method: 'GET', path: '/tempcontent/', times: 2 });

    const app = send(world, `Source file ${file}`, { test: 'Duplicate' });
    await promoted(world, app);

    expect(cut.struck).toBe(2);
    expectUnpublished(world, app);
    await expectSound(world);
  });

  it.each(broken)('$file is refused, and exported anew: from the target, to compare it', async ({ file, effect }) => {
    const cut = fault(world, 'test', { effect, method: 'GET', path: '/tempcontent/', times: 2 });

    const app = send(world, `Target file ${file}`, { test: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);

    expect(cut.struck).toBe(2);
    const records = await world.ledger.recordsOf(promotionKey);
    expect(records.find(({ type }) => type === 'content-compared')?.facts).toEqual({ verdict: 'same' });
    await expectSound(world);
  });

  it('has 0 bytes each time never reaches a target', async () => {
    const before = countRequests(world, 'dev', EXPORT);
    const effect = { type: 'short', afterBytes: 0 } as const;
    fault(world, 'dev', { effect, method: 'GET', path: '/tempcontent/', times: 0 });
    const app = send(world, 'Never a byte', { test: 'Duplicate' });

    await waitFor('many exports', () => countRequests(world, 'dev', EXPORT) >= before + 5);

    expect(standingOf(world, 'test', app.name)).toEqual([]);
    expect(standingOf(world, 'dev', app.name)).toMatchObject([{ id: app.id, stream: 'Sales' }]);
    mendAll(world);
    await promoted(world, app);
    await expectSound(world);
  });

  it('has 512 MB is promoted and compared in flat memory', { timeout: 240_000 }, async () => {
    await promoted(world, send(world, 'Warm-up', { test: 'Duplicate' }));
    const { actAs } = world.site('dev');
    const appId = actAs.createApp({ name: 'Huge', owner: REP, dataSizeBytes: HUGE_BYTES });
    actAs.publish(appId, 'Sales');
    const memory = watchMemory();

    approve(world, appId, { test: 'Duplicate' }, ['Sales']);
    const ended = async () => (await world.ledger.listPromotions({ appId })).find(({ endedAtUtc }) => endedAtUtc);
    const promotion = await waitFor('the promotion to end', ended, 180_000);

    // Sites and worker share this process; the file would show in it once for each place that holds it.
    expect(memory.stop()).toBeLessThan(HUGE_BYTES / 2);
    expect(promotion.state).toBe('promoted');
    const records = await world.ledger.recordsOf(promotion.promotionKey);
    expect(records.find(({ type }) => type === 'content-compared')?.facts).toEqual({ verdict: 'same' });
    await expectSound(world);
  });
});

/** Bytes by which this process grew at most, until it is stopped. */
function watchMemory(): { stop(): number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return {
    stop() {
      clearInterval(timer);
      return most - before;
    },
  };
}
