import type { ActivityDependencies } from '../dependencies.ts';
import type { CarriedOutOrder } from '../promotion-types.ts';

/** Writes an operator's order down. Safe to repeat. */
export async function recordOrder(deps: ActivityDependencies, order: CarriedOutOrder): Promise<void> {
  const { promotionKey, site, appId, atUtc, ...facts } = order;
  const seq = `order/${site}/${order.step}/${atUtc}`;
  await deps.ledger.record({ promotionKey, seq, type: 'order', atUtc, site, appId, facts });
}
