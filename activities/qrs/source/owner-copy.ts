import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import { deleteApp } from '../proven-writes.ts';
import { stagingName } from '../staging-name.ts';

/** The staging number of the owner's copy. */
export const COPY_NUMBER = 1;

/** Deletes the copy of an app that stays where it is. Safe to repeat. @throws WAYBILL_PROMOTION_NOT_DONE */
export async function removeCopy(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  copyAppId: string,
): Promise<void> {
  await deleteApp(deps, decision.site, copyAppId);
  await settleCopy(deps, decision, copyAppId, 'removed');
}

/** Notes what became of the owner's copy. */
export async function settleCopy(
  deps: ActivityDependencies,
  { promotionKey, site }: DecisionRecord,
  copyAppId: string | undefined,
  state: 'published' | 'removed',
): Promise<void> {
  await deps.ledger.upsertStaging({
    promotionKey,
    target: site,
    n: COPY_NUMBER,
    name: stagingName(deps.config().installation.id, promotionKey, site, COPY_NUMBER),
    appId: copyAppId,
    purpose: 'unpublish',
    state,
    closedAtUtc: deps.nowUtc(),
  });
}
