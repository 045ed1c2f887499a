import { waybillError } from '../common/errors/catalogue.ts';
import type { Delivery } from '../ledger/deliveries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRecord } from '../ledger/records.ts';
import { type PromotionState, type ResolveAction, type Trouble, workflowIds } from '../workflows/contract.ts';
import type { Found, KnownPromotion } from './find-app.ts';
import { troubleOfItself } from './own-trouble.ts';
import { stepOf } from './step-of.ts';
import { targetSitesOf } from './target-sites.ts';

/** What an order is meant for: a delivery, or (without `target`) the promotion itself. */
export interface Aim {
  readonly workflowId: string;
  readonly target?: string;
  /** Absent for an app that waits: only a retry of the look at it is possible then. */
  readonly promotion?: KnownPromotion;
  readonly step: PromotionState;
  readonly trouble?: Trouble;
  readonly records: readonly LedgerRecord[];
}

/**
 * What an order means: the target that was named, else the one that is stuck, else the one thing that runs.
 * @throws WAYBILL_CLI_NOT_RUNNING, WAYBILL_CLI_WHICH_TARGET, WAYBILL_CLI_USAGE
 */
export async function findAim(ledger: Ledger, found: Found, action: ResolveAction, named?: string): Promise<Aim> {
  const { promotion, site, appId } = found;
  if (!promotion || promotion.endedAtUtc) return aimAtWaiting(found, action);
  const { promotionKey } = promotion;
  const [deliveries, records] = await Promise.all([
    ledger.listDeliveries<Trouble>({ promotionKey }),
    ledger.recordsOf(promotionKey),
  ]);
  const ownTrouble = promotion.state === 'needs-operator' ? troubleOfItself(records) : undefined;
  const step = stepOf(promotion, deliveries);
  const target =
    named === undefined ? theOneMeant(promotion, deliveries, step, ownTrouble) : namedTarget(promotion, named);
  if (target === undefined) {
    return { workflowId: workflowIds.promotion(site, appId), promotion, step, trouble: ownTrouble, records };
  }
  const delivery = deliveries.find((one) => one.target === target);
  if (delivery?.endedAtUtc) {
    throw notRunning(action, `the delivery to ${target} has ended (${delivery.state})`, promotionKey);
  }
  const workflowId = workflowIds.deliver(promotionKey, target);
  return { workflowId, target, promotion, step, trouble: delivery?.trouble, records };
}

function aimAtWaiting({ site, appId, waiting, promotion }: Found, action: ResolveAction): Aim {
  if (waiting && action === 'retry') {
    return { workflowId: workflowIds.promotion(site, appId), step: 'awaiting-decision', records: [] };
  }
  if (waiting) throw notRunning(action, 'it waits for a decision; deny it instead', appId);
  const ended = promotion
    ? `promotion ${promotion.promotionKey} has ended (${promotion.state})`
    : 'nothing was decided';
  throw notRunning(action, ended, promotion?.promotionKey ?? appId);
}

/** Undefined means the promotion itself. */
function theOneMeant(
  promotion: KnownPromotion,
  deliveries: readonly Delivery<Trouble>[],
  step: PromotionState,
  ownTrouble: Trouble | undefined,
): string | undefined {
  if (ownTrouble || step !== 'delivering') return undefined;
  const ended = new Set(deliveries.filter((one) => one.endedAtUtc).map((one) => one.target));
  const open = targetSitesOf(promotion.decision).filter((target) => !ended.has(target));
  const stuck = deliveries.filter((one) => one.trouble && !one.endedAtUtc).map((one) => one.target);
  const meant = stuck.length > 0 ? stuck : open;
  const [only, second] = meant;
  if (only !== undefined && second === undefined) return only;
  const { promotionKey } = promotion;
  throw waybillError('WAYBILL_CLI_WHICH_TARGET', { promotionKey, targets: meant.toSorted().join(', ') });
}

function namedTarget(promotion: KnownPromotion, named: string): string {
  const targets = targetSitesOf(promotion.decision);
  if (targets.includes(named)) return named;
  const reason = `${named} is no target of promotion ${promotion.promotionKey}`;
  throw waybillError('WAYBILL_CLI_USAGE', { reason, advice: `Its targets are ${targets.join(', ') || 'none'}.` });
}

function notRunning(action: ResolveAction, reason: string, what: string): Error {
  return waybillError('WAYBILL_CLI_NOT_RUNNING', { action, reason, what });
}
