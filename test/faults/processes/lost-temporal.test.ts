import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whatStands } from '../../harness/acts.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { mendAll, promoted, send, standingApp } from '../../effects/effects.ts';
import { expectSound } from '../expect-sound.ts';
import { type Boundary, stepBoundaries, transferBoundaries } from './boundaries.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';
import { loseTemporal } from './lose-temporal.ts';
import { waybillJson } from './run-waybill.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

// All of them take some minutes: `KILLS=all npx vitest run test/faults/processes/lost-temporal.test.ts`.
const all = [...stepBoundaries, ...transferBoundaries(60_000)];
const telling = ({ name }: Boundary): boolean =>
  /^(after the (first look|export|download|replace|publish|removal|copy for|deletion)|before the dressing$|at 50 %)/.test(
    name,
  );
const boundaries = process.env['KILLS'] === 'all' ? all : all.filter(telling);

let world: KillableWorld;

beforeAll(async () => {
  world = await startKillableWorld();
});

afterAll(async () => {
  await world?.close();
});

describe('row 22: a promotion in whose middle the Temporal database is deleted', () => {
  it.each(boundaries)('ends once and whole after `waybill rebuild`: $name', async (boundary) => {
    const name = `rebuilt ${boundary.name}`;
    const { faults } = world.site(boundary.site);
    const standing = standingApp(world, 'test', name);
    const held = faults.add({ ...boundary.rule, effect: { type: 'delay', delayMs: 700 } });
    const app = send(world, name, { test: 'Overwrite', prod: 'Duplicate' });
    await waitFor(`${boundary.name} to be reached`, () => faults.struck(held) > 0);

    await loseTemporal(world);
    mendAll(world);
    await waybillJson(world, 'rebuild');

    await promoted(world, app);
    expect(world.site('test').app(standing)).toMatchObject({ name, published: true });
    await expectSound(world);
  });

  it('never takes an app that it published itself for one to be replaced', async () => {
    const name = 'New to both streams';
    const { faults } = world.site('test');
    const held = faults.add({
      method: 'PUT',
      path: '/publish',
      when: 'after',
      nth: 2,
      effect: { type: 'delay', delayMs: 700 },
    });
    const app = send(world, name, { test: 'Overwrite' }, { streams: ['Sales', 'Finance'] });
    await waitFor('the second publish to be reached', () => faults.struck(held) > 0);

    await loseTemporal(world);
    mendAll(world);
    await waybillJson(world, 'rebuild');

    await promoted(world, app);
    const streams = whatStands(world, 'test')
      .filter((one) => one.name === name)
      .map(({ stream }) => stream);
    expect(new Set(streams)).toEqual(new Set(['Finance', 'Sales']));
    expect(streams).toHaveLength(2);
    await expectSound(world);
  });
});
