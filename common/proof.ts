import { createHmac, timingSafeEqual } from 'node:crypto';

/** A decision as the console signs it: all that would make it another one. */
export interface ProvenDecision {
  readonly decisionId: string;
  readonly site: string;
  readonly appId: string;
  readonly verdict: string;
  readonly account: string;
  readonly groups: readonly string[];
  readonly targets: readonly { readonly site: string; readonly mode: string; readonly streams: readonly string[] }[];
  readonly note: string | undefined;
}

/** An operator's order as the console signs it. `site`: the target, or the source for the promotion's own step. */
export interface ProvenOrder {
  readonly promotionKey: string;
  readonly site: string;
  readonly action: string;
  readonly account: string;
  readonly note: string | undefined;
}

/**
 * Proves to a worker that the console signed somebody in and that this is what he decided: whoever reaches Temporal can
 * send anything, but only processes of this installation know its secret. It is no secret itself, and good for this one
 * decision alone.
 */
export function proofOfDecision(installationSecret: string, decision: ProvenDecision): string {
  const { decisionId, site, appId, verdict, account, groups, targets, note } = decision;
  const chosen = targets.map((target) => [target.site, target.mode, target.streams]);
  return proof(installationSecret, [
    'decision',
    decisionId,
    site,
    appId,
    verdict,
    account,
    groups,
    chosen,
    note ?? null,
  ]);
}

/** As `proofOfDecision`, for retry, skip and abort. */
export function proofOfOrder(installationSecret: string, order: ProvenOrder): string {
  const { promotionKey, site, action, account, note } = order;
  return proof(installationSecret, ['order', promotionKey, site, action, account, note ?? null]);
}

/** Whether somebody gave the right proof; takes the same time for any wrong one. */
export function isProof(given: string | undefined, right: string): boolean {
  const offered = Buffer.from(given ?? '');
  const expected = Buffer.from(right);
  return offered.length === expected.length && timingSafeEqual(offered, expected);
}

function proof(installationSecret: string, facts: readonly unknown[]): string {
  return createHmac('sha256', installationSecret)
    .update(`waybill ${JSON.stringify(facts)}`)
    .digest('hex');
}
