import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../sandbox/s3/server-process.ts';
import { noDeliveryFaults } from '../../sandbox/qrs/callback-sender.ts';
import { type RunningListener, startListener } from '../../starter/listener/start-listener.ts';
import { expectMails, promoted, promotionsOf, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

interface Listening {
  readonly world: World;
  readonly listener: RunningListener;
}

/** A world whose source calls back; `sweep` is how often Waybill looks by itself. */
async function startListeningWorld(sweep: string, renewSubscriptions: string): Promise<Listening> {
  const port = await freePort();
  const world = await startEffectsWorld({
    targets: ['test'],
    change: (yaml, alias) => {
      yaml['listener'] = { port, publicUrl: `http://127.0.0.1:${port}` };
      Object.assign(yaml['sources'][alias('dev')], { watch: 'callback', sweep, renewSubscriptions });
    },
  });
  const listener = await startListener({ config: world.config, logger: world.logger });
  await waitFor('the subscriptions', () => world.site('dev').subscriptions().length >= 2);
  return { world, listener };
}

describe('row 4: a thousand notifications', () => {
  let world: World;
  let listener: RunningListener;

  beforeAll(async () => {
    ({ world, listener } = await startListeningWorld('1h', '1h'));
  });

  afterEach(() => Object.assign(world.site('dev').deliveryFaults, noDeliveryFaults()));

  afterAll(async () => {
    await listener?.close();
    await world?.close();
  });

  it.each([
    { name: 'Doubled', faults: { copies: 500 } },
    { name: 'Shuffled', faults: { copies: 100, shuffle: true, batchUpTo: 7 } },
    { name: 'Batched', faults: { copies: 500, shuffle: true, batchUpTo: 1000, delayMs: 30 } },
  ])('start one workflow and one promotion: $name', async ({ name, faults }) => {
    Object.assign(world.site('dev').deliveryFaults, faults);
    const before = { ...world.site('dev').deliveryCounts };
    standingApp(world, 'test', name);

    const app = send(world, name, { test: 'Overwrite' });
    const { promotionKey } = await promoted(world, app);
    await world.site('dev').callbacksIdle();

    expect(world.site('dev').deliveryCounts.doubled).toBeGreaterThanOrEqual(before.doubled + faults.copies);
    expect(await promotionsOf(world, app)).toEqual(['promoted']);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSound(world);
  });

  it('of its own writes start nothing (row 5)', async () => {
    const app = send(world, 'Own writes', { test: 'Duplicate' }, { streams: ['Sales', 'Finance'], unpublish: false });
    await promoted(world, app);
    await world.site('dev').callbacksIdle();
    const writes = (): number => world.site('dev').events().length;
    const before = writes();

    world.site('dev').actAs.describe(app.id, 'Said by its owner');
    await world.site('dev').callbacksIdle();
    await expectSound(world);

    expect(writes()).toBe(before + 1);
    expect(await promotionsOf(world, app)).toEqual(['promoted']);
  });
});

describe('row 4: notifications that are lost', () => {
  let world: World;
  let listener: RunningListener;

  beforeAll(async () => {
    ({ world, listener } = await startListeningWorld('700ms', '500ms'));
  });

  afterAll(async () => {
    await listener?.close();
    await world?.close();
  });

  it('are made good by the sweep', async () => {
    world.site('dev').deliveryFaults.dropRate = 1;

    const app = send(world, 'Dropped', { test: 'Duplicate' });
    await promoted(world, app);

    expect(world.site('dev').deliveryCounts.dropped).toBeGreaterThan(1);
    world.site('dev').deliveryFaults.dropRate = 0;
    await expectSound(world);
  });

  it('with a restart of the repository are heard again, in mid-promotion as well', async () => {
    const fault = world.site('dev').faults.add({ effect: { type: 'restart', downMs: 300 }, path: '/export/' });

    const app = send(world, 'Restarted', { test: 'Duplicate' });
    await promoted(world, app);

    expect(world.site('dev').faults.struck(fault)).toBe(1);
    await waitFor('the subscriptions', () => world.site('dev').subscriptions().length >= 2);
    const heard = world.site('dev').deliveryCounts.sent;
    const later = send(world, 'After the restart', { test: 'Duplicate' });
    await promoted(world, later);
    await world.site('dev').callbacksIdle();
    expect(world.site('dev').deliveryCounts.sent).toBeGreaterThan(heard);
    await expectSound(world);
  });
});
