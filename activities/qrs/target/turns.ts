import type { OverwriteLockKey } from '../../../ledger/overwrite-locks.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import type { ActivityDependencies } from '../../dependencies.ts';

/**
 * Takes an app of a target, or a place in it, for this promotion, unless another one that is alive holds it. True when
 * this promotion holds it now. Safe to repeat.
 */
export async function takesTurn(deps: ActivityDependencies, key: OverwriteLockKey): Promise<boolean> {
  const { target, promotionKey } = key;
  for (;;) {
    const holder = await deps.ledger.takeOverwriteLock(key);
    if (holder === promotionKey) return true;
    if (await isAtWork(deps, holder, target)) return false;
    deps.logger.warn(
      { promotion: promotionKey, site: target, holder },
      'a target is held by a promotion that has ended',
    );
    await deps.ledger.releaseOverwriteLock({ ...key, promotionKey: holder });
  }
}

/** A delivery that was terminated from outside leaves its row open and its lock behind. */
async function isAtWork(deps: ActivityDependencies, promotionKey: string, site: string): Promise<boolean> {
  const [delivery] = await deps.ledger.listDeliveries({ promotionKey, target: site, open: true });
  return delivery !== undefined && deps.isRunning(workflowIds.deliver(promotionKey, site));
}
