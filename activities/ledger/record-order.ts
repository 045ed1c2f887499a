import { isProof, proofOfOrder } from '../../common/proof.ts';
import type { Decider } from '../../workflows/contract.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { CarriedOutOrder } from '../promotion-types.ts';

/** Writes an operator's order down, and whether the console proved who gave it. Safe to repeat. */
export async function recordOrder(deps: ActivityDependencies, order: CarriedOutOrder): Promise<void> {
  const { promotionKey, site, appId, atUtc, ...facts } = order;
  const seq = `order/${site}/${order.step}/${atUtc}`;
  const by = await giverOf(deps, order);
  await deps.ledger.record({ promotionKey, seq, type: 'order', atUtc, site, appId, facts: { ...facts, by } });
}

async function giverOf(
  deps: ActivityDependencies,
  { promotionKey, site, action, by: { account, door, signed }, note }: CarriedOutOrder,
): Promise<Decider> {
  if (door !== 'console' || signed === undefined) return { account, door, asserted: true };
  const secret = await deps.config().installation.secret.resolve();
  const isProven = isProof(signed.proof, proofOfOrder(secret, { promotionKey, site, action, account, note }));
  return { account, door, asserted: !isProven };
}
