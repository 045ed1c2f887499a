import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectSound } from '../faults/expect-sound.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { APP, fault, mendAll, promoted, send, standingOf, startEffectsWorld } from './effects.ts';

describe('an app that is renamed and given to somebody else', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { when: 'before its copy is made', method: 'POST', path: '/copy' },
    { when: 'while its copy is dressed', method: 'PUT', path: APP },
  ])('goes back under its new name to its new owner: $when', async ({ when, method, path }) => {
    const held = fault(world, 'dev', { effect: { type: 'delay', delayMs: 400 }, method, path });
    const app = send(world, `Renamed ${when}`, { test: 'Duplicate' });
    await waitFor(when, () => held.struck > 0);

    world.site('dev').actAs.rename(app.id, `New name ${when}`);
    world.site('dev').actAs.changeOwner(app.id, 'COMPANY\\other');
    await promoted(world, app);

    expect(standingOf(world, 'dev', app.name)).toEqual([]);
    expect(standingOf(world, 'dev', `New name ${when}`)).toMatchObject([
      { stream: undefined, owner: 'COMPANY\\other', content: app.content },
    ]);
    await expectSound(world);
  });
});
