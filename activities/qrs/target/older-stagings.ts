import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import { deleteApp } from '../proven-writes.ts';

/**
 * Removes staging apps of older deliveries of the same source app, so that no late replace of theirs can follow
 * ours. Only what this installation's ledger knows is touched. Safe to repeat.
 */
export async function removeOlderStagings(
  deps: ActivityDependencies,
  site: string,
  promotionKey: string,
  decision: DecisionRecord,
): Promise<void> {
  const { signal } = attemptContext();
  const endedOf = { site: decision.site, appId: decision.appId };
  const states = ['intended', 'open', 'abandoned'] as const;
  for (const staging of await deps.ledger.listStagings({ target: site, states, endedOf })) {
    if (staging.promotionKey === promotionKey || !staging.appId) continue;
    const app = await deps.qrs(site).getApp(staging.appId, { signal });
    if (app && app.name === staging.name) await deleteApp(deps, site, staging.appId);
    await deps.ledger.upsertStaging({ ...staging, state: 'removed', closedAtUtc: deps.nowUtc() });
  }
}
