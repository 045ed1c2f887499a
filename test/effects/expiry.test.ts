import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endedPromotion } from '../harness/acts.ts';
import type { World } from '../harness/world.ts';
import { expectStays, expectSwept, fault, mendAll, send, standingOf, startEffectsWorld } from './effects.ts';

describe('a delivery that nobody mends within `retry.expire`', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['bad'],
      change: (yaml) => {
        yaml['retry'].recheck = '500ms';
        yaml['retry'].needsOperatorAfter = '1s';
        yaml['retry'].expire = '3s';
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const refused = { type: 'status', status: 403, text: 'Forbidden' } as const;
  const away = { type: 'status', status: 503, text: 'Service Unavailable' } as const;

  it.each([
    ['a refusal, which is looked at again now and then', refused],
    ['an outage, which is tried again and again', away],
  ])('ends for %s', async (_, effect) => {
    fault(world, 'bad', { effect, method: 'POST', path: '/app/upload', times: 0 });
    const app = send(world, `Expired ${effect.status}`, { bad: 'Duplicate' });

    const ended = await endedPromotion(world, app.id);
    expect(ended).toMatchObject({ state: 'aborted', outcome: { deliveries: [{ why: 'nobody mended it in time' }] } });
    mendAll(world);
    expect(standingOf(world, 'bad', app.name)).toEqual([]);
    expectStays(world, app, 4);
    await expectSwept(world);
  });
});
