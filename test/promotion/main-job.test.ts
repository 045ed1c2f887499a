import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, endedPromotion, whatStands } from '../harness/acts.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';

describe('an approved app', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(async () => {
    await world?.close();
  });

  it('replaces what stands at one target, is added at another, and goes back to its owner', async () => {
    const dev = world.site('dev');
    const standing = world.site('test').actAs.createApp({ name: 'Sales Overview', owner: MANAGER });
    world.site('test').actAs.publish(standing, 'Sales');
    const app = dev.actAs.createApp({ name: 'Sales Overview', owner: REP, dataSizeBytes: 100_000 });
    const content = dev.contentHash(app);
    dev.actAs.publish(app, 'Sales');

    approve(world, app, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales', 'Finance']);
    const promotion = await endedPromotion(world, app);

    expect(promotion.state).toBe('partly-promoted');
    expect(whatStands(world, 'test')).toEqual([
      { id: expect.any(String), name: 'Sales Overview', stream: 'Finance', owner: REP, content },
      { id: standing, name: 'Sales Overview', stream: 'Sales', owner: MANAGER, content },
    ]);
    expect(whatStands(world, 'prod')).toEqual([
      { id: expect.any(String), name: 'Sales Overview', stream: 'Sales', owner: REP, content },
    ]);
    expect(whatStands(world, 'dev')).toEqual([
      { id: expect.not.stringMatching(app), name: 'Sales Overview', stream: undefined, owner: REP, content },
    ]);
  });
});
