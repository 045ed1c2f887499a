import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promoted, send, startEffectsWorld, sweep } from '../effects/effects.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';

describe('attempts older than `ledger.keepAttempts`', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['ledger'] = { keepAttempts: '1ms' };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('are forgotten by the sweep, and the records of the promotion stay', async () => {
    const { promotionKey } = await promoted(world, send(world, 'Remembered', { test: 'Duplicate' }));
    const attempts = () => world.ledger.attemptsOf({ promotionKey });
    await waitFor('the attempts to be recorded', async () => (await attempts()).length > 0);
    const records = await world.ledger.recordsOf(promotionKey);

    await waitFor('the sweep to forget them', async () => {
      await sweep(world);
      return (await attempts()).length === 0;
    });

    expect(await world.ledger.recordsOf(promotionKey)).toEqual(records);
    expect(await world.ledger.getPromotion(promotionKey)).toMatchObject({ state: 'promoted' });
  });
});
