import type { Delivery } from '../ledger/deliveries.ts';
import type { PromotionState } from '../workflows/contract.ts';
import type { KnownPromotion } from './find-app.ts';

/**
 * Where a promotion is, as the ledger can tell. Its row says `assessing` until the export is there and `delivering`
 * from then on; what the deliveries say makes that finer.
 */
export function stepOf(promotion: KnownPromotion, deliveries: readonly Delivery[]): PromotionState {
  const { state, endedAtUtc, verdict, decision } = promotion;
  if (endedAtUtc !== undefined) return state;
  if (verdict === 'deny' && state !== 'needs-operator') return 'finishing';
  if (state === 'assessing') return 'exporting';
  if (state !== 'delivering') return state;
  const targets = new Set(decision.targets.map((target) => target.site));
  const ended = deliveries.filter((delivery) => delivery.endedAtUtc !== undefined && targets.has(delivery.target));
  return ended.length === targets.size ? 'finishing' : 'delivering';
}
