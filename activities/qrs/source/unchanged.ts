import { changedAfter, describeChanges } from '../../../rules/revision.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { abortedByDeletion, reapproval } from '../../outgoing-mails.ts';
import type { Artifact, DecisionRecord, OutgoingMail } from '../../promotion-types.ts';
import type { QrsAppObject } from '../client/types.ts';
import { sourceOf } from '../source-policy.ts';
import { readSourceContent, type SourceApp } from './read-source.ts';
import { remember } from './record-decision.ts';
import { storedDecision } from './stored-decision.ts';

export interface SourceCheck {
  readonly source: SourceApp | undefined;
  /** What a person would call the differences to the decision's content; empty when it still stands for it. */
  readonly changes: readonly string[];
}

/** The exported file as the ledger keeps it, with the content that it was made of. */
export type ExportedContent = Artifact & { readonly revisionKey?: string };

/**
 * Whether the app still holds what the decision is bound to. A standing approval, and a policy that promotes the
 * latest, are bound to no content. Reads only. `objects`: the approved ones, where they are being read anyway.
 */
export async function checkSource(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  objects?: Promise<readonly QrsAppObject[]>,
): Promise<SourceCheck> {
  const source = await readSourceContent(deps, decision.site, decision.appId, attemptContext().signal, objects);
  if (!source) return { source, changes: ['the app was deleted'] };
  const { dataCountsAsContent, whenChanged } = sourceOf(deps.config(), decision.site);
  const bound = decision.verdict === 'approve' && whenChanged === 'reapprove';
  if (!bound || source.revisionKey === decision.revisionKey) return { source, changes: [] };
  const { source: details } = await storedDecision(deps, decision.promotionKey);
  const described = describeChanges(details.revision, source.revision, dataCountsAsContent);
  const changes =
    described.length > 0 ? described : changedAfter(source.revision, decision.decidedAtUtc, dataCountsAsContent);
  return { source, changes: changes.length > 0 ? changes : ['its content changed'] };
}

/**
 * Ends a decision whose content changed: its claim is closed, it is remembered as stale, and the approver is asked
 * again. Nothing was promoted on it. Safe to repeat.
 */
export async function askForApprovalAgain(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  { source, changes }: SourceCheck,
): Promise<OutgoingMail[]> {
  const { promotionKey, site, appId } = decision;
  const atUtc = deps.nowUtc();
  await deps.ledger.record({ promotionKey, seq: 'changed', type: 'changed', atUtc, site, appId, facts: { changes } });
  await deps.ledger.closeClaims({ promotionKey }, 'changed');
  await deps.ledger.updatePromotion(promotionKey, { state: 'withdrawn', endedAtUtc: atUtc, outcome: { changes } });
  if (!source) return decision.tellsOwner ? [abortedByDeletion(decision, atUtc)] : [];
  if (decision.by.door === 'qmc') {
    const { targets } = source.request;
    await remember(deps, site, source, { decisionId: decision.decisionId, verdict: 'approve', targets, stale: true });
  }
  return reapproval(site, source.app, decision.by.account, decision.decidedAtUtc, changes, atUtc);
}
