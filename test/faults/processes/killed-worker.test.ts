import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { type Boundary, stepBoundaries, transferBoundaries } from './boundaries.ts';
import { killAt } from './kill-at.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

// All of them take some minutes: `KILLS=all npx vitest run test/faults/processes`.
const all = [...stepBoundaries, ...transferBoundaries(60_000)];
const telling = ({ name }: Boundary): boolean =>
  /^(before the (look|first look)|after the (upload|replace|publish|copy|deletion|removal)|at 50 %)/.test(name);
const boundaries = process.env['KILLS'] === 'all' ? all : all.filter(telling);

describe('row 1: a promotion whose worker is killed with `kill -9`', () => {
  let world: KillableWorld;

  beforeAll(async () => {
    world = await startKillableWorld();
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each(boundaries)('ends once and whole: $name', async (boundary) => {
    await killAt(world, 'worker', boundary);
  });
});
