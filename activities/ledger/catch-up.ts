import { workflowIds } from '../../workflows/contract.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { DecisionRecord } from '../promotion-types.ts';
import { noteEnd } from './note-end.ts';
import { siteMemoryOf } from '../qrs/watch/site-memory.ts';

/**
 * Where the ledger was put back from a backup: writes down how deliveries ended of which it does not know, and Temporal
 * does. They are not done again then. Touches only the ledger; safe to repeat.
 */
export async function catchUp(deps: ActivityDependencies, decision: DecisionRecord): Promise<void> {
  const { promotionKey, targets, site: source } = decision;
  const { restoredUtc } = await siteMemoryOf(deps, source, attemptContext().signal);
  if (restoredUtc === undefined) return;
  const ended = await deps.ledger.listDeliveries({ promotionKey, open: false });
  const sites = new Set(targets.map(({ site }) => site));
  for (const site of sites) {
    if (ended.some(({ target }) => target === site)) continue;
    const outcome = await deps.outcomeOf(workflowIds.deliver(promotionKey, site));
    // One that took itself back because the ledger had forgotten it is still to be done.
    if (!outcome || outcome.state === 'superseded') continue;
    await noteEnd(deps, promotionKey, outcome);
  }
}
