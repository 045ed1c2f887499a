import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { CloseDeliveryInput, StagedApp } from '../../delivery-types.ts';
import { noteEnd } from '../../ledger/note-end.ts';
import { isRecorded } from '../../recorded.ts';
import { removeStaging } from './stage.ts';

/**
 * Writes down how a delivery ended. Staging apps it leaves behind (given up, site down) are noted as abandoned; the
 * sweep removes them when the site is back. Touches only the ledger; safe to repeat. Nothing for a promotion that the
 * ledger does not know: it was put back from a backup.
 */
export async function closeDelivery(
  deps: ActivityDependencies,
  { decision, outcome }: CloseDeliveryInput,
): Promise<void> {
  if (!(await isRecorded(deps, decision))) return;
  const { promotionKey } = decision;
  const { site } = outcome;
  const atUtc = deps.nowUtc();
  const left = await deps.ledger.listStagings({ promotionKey, target: site, states: ['intended', 'open'] });
  for (const staging of left) await deps.ledger.upsertStaging({ ...staging, state: 'abandoned', closedAtUtc: atUtc });
  await deps.ledger.releaseOverwriteLock({ target: site, promotionKey });
  await noteEnd(deps, promotionKey, outcome);
}

/** Removes the upload that no stream took and confirms that it is gone, then closes the delivery. Safe to repeat. */
export async function finishDelivery(
  deps: ActivityDependencies,
  { decision, outcome, staging }: CloseDeliveryInput & { staging: StagedApp },
): Promise<void> {
  await removeStaging(deps, { decision, site: outcome.site, ...staging });
  await closeDelivery(deps, { decision, outcome });
}

/** Starts a reload of a delivered app. A repeat may start a second one, which does no harm. */
export async function reloadApp(
  deps: ActivityDependencies,
  { site, appId, promotionKey }: { site: string; appId: string; promotionKey: string },
): Promise<void> {
  await deps.qrs(site).reloadApp(appId, { signal: attemptContext().signal });
  const seq = `deliver/${site}/reload/${appId}`;
  await deps.ledger.record({ promotionKey, seq, type: 'reload-started', atUtc: deps.nowUtc(), site, appId });
}
