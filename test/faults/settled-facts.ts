import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { checkRun } from './checker/check-run.ts';
import type { RunFacts } from './checker/run-facts.ts';
import { collectFacts, type CollectOptions } from './collect-facts.ts';

/**
 * The facts of a run that has come to rest: what only tells that something is still going on (a running workflow, a
 * mail on its way) is waited for; what stays is in the facts, for the checker to find.
 */
export async function settledFacts(world: World, options: CollectOptions = {}): Promise<RunFacts> {
  let facts = await collectFacts(world, options);
  const isQuiet = async (): Promise<boolean> => {
    facts = await collectFacts(world, options);
    return checkRun(facts).every(({ text }) => !/come to rest|is still|is queued/u.test(text));
  };
  await waitFor('the run to come to rest', isQuiet).catch(() => undefined);
  return facts;
}
