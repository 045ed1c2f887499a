import { isProof, proofOfDecision } from '../../../common/proof.ts';
import type { DecideRequest, Decider } from '../../../workflows/contract.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppKey } from '../../promotion-types.ts';

/**
 * Who decided. What reached us over Temporal proves nothing about who sent it, whatever it says of itself, unless the
 * console signed it: then the name is proven, and its groups count.
 */
export async function provenDecider(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
  { decisionId, verdict, by, targets, note }: DecideRequest,
): Promise<Decider> {
  const { account, door, signed } = by;
  const asserted: Decider = { account, door, asserted: true };
  if (door !== 'console' || signed === undefined) return asserted;
  const { proof, groups } = signed;
  const secret = await deps.config().installation.secret.resolve();
  const right = proofOfDecision(secret, { decisionId, site, appId, verdict, account, groups, targets, note });
  return isProof(proof, right) ? { account, door, asserted: false, signed } : asserted;
}

/** What is recorded of somebody who decided. */
export function recordedDecider({ account, door, asserted }: Decider): Decider {
  return { account, door, asserted };
}
