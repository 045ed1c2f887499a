import type { Staging } from '../../../ledger/stagings.ts';
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
  const { signal } = attemptContext();
  let others = 0;
  for (const staging of await publishedByReload(deps, decision, site)) {
    if (!staging.appId || staging.appId === appId) continue;
    const app = await deps.qrs(site).getApp(staging.appId, { signal });
    if (app && app.stream?.id !== streamId) continue;
    if (app) others += 1;
    if (app && others < keepLast) continue;
    if (app) await deleteApp(deps, site, staging.appId);
    await deps.ledger.upsertStaging({ ...staging, state: 'removed', closedAtUtc: deps.nowUtc() });
  }
}

/** What Waybill published to a site for the reloads of one source app, latest first. */
async function publishedByReload(deps: ActivityDependencies, decision: DecisionRecord, site: string) {
  const { site: source, appId } = decision;
  const promotions = await deps.ledger.listPromotions({ site: source, appId, limit: 1000 });
  const published: Staging[] = [];
  for (const { promotionKey, verdict } of promotions) {
    if (verdict !== 'reload') continue;
    published.push(...(await deps.ledger.listStagings({ promotionKey, target: site, states: ['published'] })));
  }
  return published;
}
