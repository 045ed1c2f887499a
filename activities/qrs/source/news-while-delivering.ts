import { latestRow } from '../../../rules/app-facts.ts';
import { standsAsConsumed } from '../../../rules/clean-up.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { unsentMails } from '../../ledger/unsent-mails.ts';
import { mailAppOfDecision } from '../../outgoing-mails.ts';
import type { DecisionRecord, LaterNews, OutgoingMail } from '../../promotion-types.ts';
import type { AppMemory } from '../app-memory.ts';
import { sourceOf } from '../source-policy.ts';
import { askNow } from './ask-now.ts';
import { readSourceApp, type SourceApp } from './read-source.ts';
import { recordPropertyDecision, remember } from './record-decision.ts';
import { type StoredDecision, withoutDetails } from './stored-decision.ts';

export interface NewsInput {
  readonly decision: DecisionRecord;
  /** Promotion keys that are being delivered already. */
  readonly knownKeys: readonly string[];
}

/**
 * What came for an app while its promotion is being delivered (design 3.3, 3.9). Added targets are recorded here and
 * found again by a repeat; a newer approval is left for the next cycle; a denial comes too late.
 */
export async function newsWhileDelivering(deps: ActivityDependencies, input: NewsInput): Promise<LaterNews> {
  const { decision, knownKeys } = input;
  const { site, appId } = decision;
  const open = await deps.ledger.listPromotions<StoredDecision>({ site, appId, open: true });
  const unknown = open.map((promotion) => promotion.decision).find((one) => !knownKeys.includes(one.promotionKey));
  if (unknown) return { kind: 'added', decision: withoutDetails(unknown) };
  const source = await readSourceApp(deps, site, appId, attemptContext().signal);
  if (!source || decision.verdict === 'reload') return { kind: 'nothing' };
  if (source.request.approval === 'deny') return tooLate(deps, decision, source);
  if (source.request.approval !== 'approve') return { kind: 'nothing' };
  return byApproval(deps, decision, source);
}

async function byApproval(deps: ActivityDependencies, decision: DecisionRecord, source: SourceApp): Promise<LaterNews> {
  const { site, appId } = decision;
  const memory = (await deps.ledger.getAppMemory<AppMemory>(site, [appId])).get(appId)?.memory;
  const ask = await askNow(deps, { site, appId }, source, memory);
  if (ask.ask === 'wait' && ask.stale) return { kind: 'later' };
  if (ask.ask !== 'approve' || ask.identity === 'same') return { kind: 'nothing' };
  if (ask.identity === 'new') {
    // What stood when a command decided went with it, and is seen as new only because nobody recorded it.
    const { properties } = sourceOf(deps.config(), site);
    const wasThere = standsAsConsumed(source.app.rows, properties, decision.consumed);
    const isNewer = decision.by.door === 'qmc' || memory?.remembered || !wasThere;
    return { kind: isNewer ? 'newer' : 'nothing' };
  }
  // Other content needs an approval of its own; whoever added the target is told so when this promotion is over.
  const isBound = sourceOf(deps.config(), site).whenChanged === 'reapprove';
  if (isBound && source.revisionKey !== decision.revisionKey) return { kind: 'later' };
  const recorded = await recordPropertyDecision(deps, site, source, ask, memory?.remembered);
  return recorded.state === 'open' ? { kind: 'added', decision: recorded.decision } : { kind: 'nothing' };
}

async function tooLate(deps: ActivityDependencies, decision: DecisionRecord, source: SourceApp): Promise<LaterNews> {
  const denier = latestRow(source.request.approvalRows)?.modifiedBy ?? '';
  const mail: OutgoingMail = {
    promotionKey: decision.promotionKey,
    key: 'tooLate',
    mail: {
      kind: 'tooLate',
      occurredAtUtc: deps.nowUtc(),
      app: mailAppOfDecision(decision),
      denier,
      approver: decision.by.account,
      targets: decision.targets,
    },
    recipients: { to: 'owner', site: decision.site, owner: denier },
  };
  await spendDenial(deps, decision, source);
  await deps.ledger.record({
    promotionKey: decision.promotionKey,
    seq: 'too-late',
    type: 'too-late',
    atUtc: deps.nowUtc(),
    site: decision.site,
    appId: decision.appId,
    facts: { denier },
  });
  return { kind: 'too-late', mails: await unsentMails(deps, [mail]) };
}

/** A denial that came too late is not carried out afterwards either; one that is set anew is. */
async function spendDenial(deps: ActivityDependencies, decision: DecisionRecord, source: SourceApp): Promise<void> {
  const { site, appId, promotionKey } = decision;
  const decisionId = `too-late ${promotionKey}`;
  await remember(deps, site, source, { decisionId, verdict: 'deny', targets: [], stale: false });
  const claim = { kind: 'decision', site, appId, key: decisionId } as const;
  await deps.ledger.claim({ ...claim, promotionKey });
  await deps.ledger.closeClaims(claim, 'too-late');
}
