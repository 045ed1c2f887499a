import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import { deleteApp } from '../proven-writes.ts';
import { sourceOf } from '../source-policy.ts';

export interface KeepLastInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly streamId: string;
  /** The app that was just published, which always stays. */
  readonly appId: string;
}

/**
 * Promote on reload with Duplicate would fill the stream: of the apps that Waybill itself put there for this source
 * app, the latest `keepLast` stay. Only ids that the ledger knows are removed. Safe to repeat.
 */
export async function keepLastOnes(deps: ActivityDependencies, input: KeepLastInput): Promise<void> {
  const { decision, site, streamId, appId } = input;
  const { keepLast } = sourceOf(deps.config(), decision.site).promoteOnReload;
  if (keepLast === 0) return;
  const promotions = await deps.ledger.listPromotions({ site: decision.site, appId: decision.appId, limit: 1000 });
  const published: string[] = [];
  for (const { promotionKey, verdict } of promotions) {
    if (verdict !== 'reload') continue;
    const stagings = await deps.ledger.listStagings({ promotionKey, target: site, states: ['published'] });
    published.push(...stagings.flatMap((staging) => staging.appId ?? []));
  }
  const { signal } = attemptContext();
  for (const old of published.filter((id) => id !== appId).slice(keepLast - 1)) {
    const app = await deps.qrs(site).getApp(old, { signal });
    if (app?.stream?.id === streamId) await deleteApp(deps, site, old);
  }
}
