import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { stepBoundaries, transferBoundaries } from './boundaries.ts';
import { killAt } from './kill-at.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

// The sandbox's apps of this world are a little larger than their data.
const SENT_BYTES = 60_000;

describe('row 1: a promotion whose worker is killed with `kill -9`', () => {
  let world: KillableWorld;

  beforeAll(async () => {
    world = await startKillableWorld();
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each([...stepBoundaries, ...transferBoundaries(SENT_BYTES)])('ends once and whole: $name', async (boundary) => {
    await killAt(world, 'worker', boundary);
  });
});
