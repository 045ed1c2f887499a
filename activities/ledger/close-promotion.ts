import type { ActivityDependencies } from '../dependencies.ts';
import { fateOf, mailAppOfDecision } from '../outgoing-mails.ts';
import type { MailResult, MailSourceFate } from '../mail/mail-kinds.ts';
import type { CloseInput, DecisionRecord, DeliveryOutcome, OutgoingMail } from '../promotion-types.ts';
import { isRecorded } from '../recorded.ts';
import { unsentMails } from './unsent-mails.ts';

/**
 * Ends a promotion in the ledger: claims closed, outcome recorded, nothing waiting. Gives the mails that tell of it.
 * Touches only the ledger; safe to repeat.
 */
export async function closePromotion(deps: ActivityDependencies, input: CloseInput): Promise<readonly OutgoingMail[]> {
  const atUtc = deps.nowUtc();
  const decisions = await recordedOf(deps, input.decisions);
  const [first] = decisions;
  if (!first) return [];
  for (const { promotionKey, site, appId } of decisions) {
    const { state, deliveries, version, versionFailure, cleanUp, why } = input;
    const facts = { state, deliveries, version, versionFailure, cleanUp, why };
    await deps.ledger.withTransaction(async (store) => {
      await store.record({ promotionKey, seq: 'closed', type: state, atUtc, site, appId, facts });
      await store.closeClaims({ promotionKey }, state);
      await store.updatePromotion(promotionKey, { state, endedAtUtc: atUtc, waitingSinceUtc: null, outcome: facts });
    });
  }
  await deps.ledger.deleteAwaiting(first.site, first.appId);
  return unsentMails(deps, mailsOf(deps, input, first, atUtc));
}

/** What a restored ledger does not know is settled by a person (docs/decisions/0016). */
async function recordedOf(deps: ActivityDependencies, decisions: readonly DecisionRecord[]): Promise<DecisionRecord[]> {
  const known = await Promise.all(decisions.map((decision) => isRecorded(deps, decision)));
  return decisions.filter((_, index) => known[index]);
}

function mailsOf(
  deps: ActivityDependencies,
  input: CloseInput,
  decision: DecisionRecord,
  atUtc: string,
): OutgoingMail[] {
  const results = input.deliveries.flatMap((delivery) => resultsOf(delivery));
  const failed = results.some((result) => result.outcome !== 'replaced' && result.outcome !== 'added');
  if (decision.verdict === 'deny') return [];
  if (input.state === 'aborted' && results.length === 0) return [abortedMail(input, decision, atUtc)];
  const warnings = [
    ...(input.versionFailure ? [`No version could be kept: ${input.versionFailure}`] : []),
    ...(input.cleanUp?.outcome === 'kept' ? [`The app stays where it is: ${input.cleanUp.why}.`] : []),
  ];
  const mail = {
    kind: 'results',
    occurredAtUtc: atUtc,
    app: mailAppOfDecision(decision),
    approver: decision.by.account,
    results,
    versionId: input.version?.versionId,
    fate: actualFate(input, decision),
    warnings,
  } as const;
  const { promotionKey, site, app } = decision;
  const toOwner = { promotionKey, key: 'results', mail, recipients: { to: 'owner', site, owner: app.owner } } as const;
  const toOperators = { promotionKey, key: 'results.operators', mail, recipients: { to: 'operators' } } as const;
  // Promotion on reload tells only of failures, and then the operators as well.
  if (decision.verdict === 'reload') return failed ? [toOwner, toOperators] : [];
  return decision.tellsOwner ? [toOwner] : [];
}

function abortedMail(input: CloseInput, decision: DecisionRecord, atUtc: string): OutgoingMail {
  const { promotionKey, site, app } = decision;
  const mail = {
    kind: 'aborted',
    occurredAtUtc: atUtc,
    app: mailAppOfDecision(decision),
    by: input.why ?? 'an operator',
    results: [],
    fate: 'untouched',
  } as const;
  return { promotionKey, key: 'aborted', mail, recipients: { to: 'owner', site, owner: app.owner } };
}

function actualFate(input: CloseInput, decision: DecisionRecord): MailSourceFate {
  return input.cleanUp?.outcome === 'done' ? fateOf(decision) : 'untouched';
}

function resultsOf(delivery: DeliveryOutcome): MailResult[] {
  const { site, state, why, undelivered = [] } = delivery;
  const delivered = delivery.items.map(
    (item): MailResult => ({
      site,
      stream: item.streamName,
      outcome: item.action === 'replaced' ? 'replaced' : 'added',
      appId: item.appId,
      warnings: delivery.warnings,
    }),
  );
  const missing = delivery.missingStreams.map((stream): MailResult => ({ site, stream, outcome: 'missing-stream' }));
  if (state === 'verified') return [...delivered, ...missing];
  const left = undelivered.length > 0 ? undelivered : [''];
  const givenUp = left.map((stream): MailResult => ({ site, stream, outcome: state, reason: why }));
  return [...delivered, ...missing, ...givenUp];
}
