import { expect } from 'vitest';
import { sweep } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { verifyAudit } from '../../views/audit/verify-audit.ts';
import { checkRun } from './checker/check-run.ts';
import type { CollectOptions } from './collect-facts.ts';
import { settledFacts } from './settled-facts.ts';

/**
 * The run has come to rest, what it left behind was swept, the checker finds nothing in all that it did, and the audit
 * trail holds. Everything
 * that was decided in this world so far must be over, unless `expected.open` names it.
 */
export async function expectSound(world: World, options: CollectOptions = {}): Promise<void> {
  await settledFacts(world, options);
  await sweep(world);
  const facts = await settledFacts(world, options);
  expect(checkRun(facts).map(({ text }) => text)).toEqual([]);
  expect(await verifyAudit(world.ledger)).toMatchObject({ holds: true, fault: null });
}
