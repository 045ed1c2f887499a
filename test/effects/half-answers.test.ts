import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../harness/world.ts';
import { MANAGER, REP } from '../harness/world.ts';
import { expectSound } from '../faults/expect-sound.ts';
import {
  expectStanding,
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

describe('an answer that looks like success and is not all', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    ['an export that ends early, as if that were all', { type: 'short', afterBytes: 10_000 } as const],
    ['an error page with status 200 in place of the file', { type: 'html', status: 200 } as const],
  ])('makes it export anew: %s', async (what, effect) => {
    const cut = fault(world, 'dev', { effect, method: 'GET', path: '/tempcontent/', times: 2 });
    const app = send(world, `Exported twice: ${what.slice(0, 20)}`, { test: 'Duplicate' });

    await promoted(world, app);

    expect(cut.struck).toBe(2);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    expectUnpublished(world, app);
    await expectSound(world);
  });

  const nothing = { type: 'status', status: 200, json: [] } as const;

  it('does not add an app beside the one to overwrite, which one look did not show', async () => {
    const standing = standingApp(world, 'test', 'Seen late');
    const blind = fault(world, 'test', { effect: nothing, method: 'GET', path: /^\/qrs\/app\/full\?/ });
    const app = send(world, 'Seen late', { test: 'Overwrite' });

    await promoted(world, app);

    expect(blind.struck).toBe(1);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    await expectSound(world);
  });

  it.each([
    ['stream', /^\/qrs\/stream/],
    ['user', /^\/qrs\/user/],
  ])('does not take a %s for missing that one look did not show', async (what, path) => {
    const blind = fault(world, 'test', { effect: nothing, method: 'GET', path });
    const app = send(world, `Blind for a ${what}`, { test: 'Duplicate' });

    await promoted(world, app);

    expect(blind.struck).toBe(1);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    await expectSound(world);
  });

  it('ends an export whose end the site refused once, later', async () => {
    const { faults } = world.site('dev');
    fault(world, 'dev', { effect: { type: 'short', afterBytes: 10_000 }, method: 'GET', path: '/tempcontent/' });
    faults.add({ effect: { type: 'status', status: 500, text: 'Internal error' }, method: 'DELETE', path: '/export/' });
    const app = send(world, 'Ended later', { test: 'Duplicate' });

    await promoted(world, app);

    expect(world.site('dev').openExports()).toEqual([]);
    await expectSound(world);
  });
});
