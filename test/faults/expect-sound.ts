import { expect } from 'vitest';
import { sweep } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { checkRun } from './checker/check-run.ts';
import type { CollectOptions } from './collect-facts.ts';
import { settledFacts } from './settled-facts.ts';

/**
 * The run has come to rest, what it left behind was swept, and the checker finds nothing in all that it did. Everything
 * that was decided in this world so far must be over, unless `expected.open` names it.
 */
export async function expectSound(world: World, options: CollectOptions = {}): Promise<void> {
  await settledFacts(world, options);
  await sweep(world);
  const facts = await settledFacts(world, options);
  expect(checkRun(facts).map(({ text }) => text)).toEqual([]);
}
