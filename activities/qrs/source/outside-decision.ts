import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import { whyNotAllowed, whyNotAsserted } from '../../../rules/approval-policy.ts';
import type { DecideRequest, Decider } from '../../../workflows/contract.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { keyBeforeDecision } from '../../outgoing-mails.ts';
import type { AppKey } from '../../promotion-types.ts';
import type { AppMemory } from '../app-memory.ts';
import { askPolicyOf, sourceOf } from '../source-policy.ts';
import { askNow } from './ask-now.ts';
import { groupsOfAccount } from './groups.ts';
import { provenDecider, recordedDecider } from './proven-decider.ts';
import { readSourceContent, type SourceApp } from './read-source.ts';
import { recordDecision } from './record-decision.ts';
import type { StoredDecision } from './stored-decision.ts';

/**
 * Authorises and records a decision by console, CLI or Temporal UI, over the content of now. Safe to repeat: the
 * caller's decision id makes it one decision.
 *
 * @throws WAYBILL_DECISION_NOT_POSSIBLE, WAYBILL_DECISION_NOT_ALLOWED
 */
export async function recordOutsideDecision(
  deps: ActivityDependencies,
  { site, appId, request }: AppKey & { request: DecideRequest },
): Promise<{ promotionKey: string }> {
  const source = await readSourceContent(deps, site, appId, attemptContext().signal);
  if (!source) throw waybillError('WAYBILL_DECISION_NOT_POSSIBLE', { app: appId, site, why: 'it is no longer there' });
  if (!source.app.stream) {
    throw waybillError('WAYBILL_DECISION_NOT_POSSIBLE', { app: source.app.name, site, why: 'it is not published' });
  }
  const by = await provenDecider(deps, { site, appId }, request);
  try {
    const isRepeat = await refuseUnlessOnlyDecision(deps, site, source, request);
    if (!isRepeat) await refuseWhenDecidedInQmc(deps, site, source);
    await refuseUnlessAllowed(deps, site, source, request, by);
  } catch (error) {
    if (isWaybillError(error) && !error.retryable) await recordRefusal(deps, site, source, { ...request, by }, error);
    throw error;
  }
  const { decision } = await recordDecision(deps, {
    site,
    source,
    decisionId: request.decisionId,
    verdict: request.verdict,
    by: recordedDecider(by),
    decidedAtUtc: deps.nowUtc(),
    note: request.note,
    targets: request.targets,
  });
  return { promotionKey: decision.promotionKey };
}

/** Who wanted what and why not: an attempt to decide without the right to do so is news for an auditor. */
async function recordRefusal(
  deps: ActivityDependencies,
  site: string,
  { app }: SourceApp,
  { decisionId, verdict, by, targets, note }: DecideRequest,
  { code, facts: { why } }: WaybillError,
): Promise<void> {
  deps.logger.warn({ site, app: app.name, account: by.account, verdict, code, why }, 'a decision was refused');
  await deps.ledger.record({
    promotionKey: keyBeforeDecision(site, app.id),
    seq: `refused/${decisionId}`,
    type: 'refused',
    atUtc: deps.nowUtc(),
    site,
    appId: app.id,
    facts: { by: recordedDecider(by), verdict, targets, note, code, why },
  });
}

/**
 * Two people who decide at the same time make one decision; the second is told of the first. True for a repeat of the one
 * that stands already.
 */
async function refuseUnlessOnlyDecision(
  deps: ActivityDependencies,
  site: string,
  { app }: SourceApp,
  { decisionId }: DecideRequest,
): Promise<boolean> {
  const open = await deps.ledger.listPromotions<StoredDecision>({ site, appId: app.id, open: true });
  const other = open.map((promotion) => promotion.decision).find((decision) => decision.decisionId !== decisionId);
  if (!other) return open.length > 0;
  const why = `${other.by.account} decided on it (${other.verdict}) at ${other.decidedAtUtc}, and that is being carried out`;
  throw waybillError('WAYBILL_DECISION_NOT_POSSIBLE', { app: app.name, site, why });
}

/** A decision by property that nobody has looked at yet came first, and would be stripped with this one, unheard. */
async function refuseWhenDecidedInQmc(deps: ActivityDependencies, site: string, source: SourceApp): Promise<void> {
  const { app } = source;
  const memory = (await deps.ledger.getAppMemory<AppMemory>(site, [app.id])).get(app.id)?.memory;
  const ask = await askNow(deps, { site, appId: app.id }, source, memory);
  if ((ask.ask !== 'approve' && ask.ask !== 'deny') || ask.identity === 'same') return;
  const why = `${ask.decidedBy} decided on it in the QMC (${ask.ask}) at ${ask.decidedAtUtc}, and that is carried out first`;
  throw waybillError('WAYBILL_DECISION_NOT_POSSIBLE', { app: app.name, site, why });
}

async function refuseUnlessAllowed(
  deps: ActivityDependencies,
  site: string,
  source: SourceApp,
  request: DecideRequest,
  { account, door, asserted, signed }: Decider,
): Promise<void> {
  const config = deps.config();
  if (door === 'temporal' && !config.temporal.decisionsBySignal) {
    const why = 'decisions by signal are switched off (`temporal.decisionsBySignal`)';
    throw waybillError('WAYBILL_DECISION_NOT_ALLOWED', { account, app: source.app.name, site, why });
  }
  const targets = sourceOf(config, site).targets;
  const unknown = request.targets.filter((target) => !targets.includes(target.site)).map((target) => target.site);
  if (unknown.length > 0) {
    const why = `${unknown.join(', ')} is no target of ${site}; known are ${targets.join(', ')}`;
    throw waybillError('WAYBILL_DECISION_NOT_POSSIBLE', { app: source.app.name, site, why });
  }
  const policy = askPolicyOf(config, site, source.app.stream?.name);
  const namesGroups = policy.approval.approvers !== 'anyone' && policy.approval.approvers.groups.length > 0;
  const known = namesGroups ? await groupsOfAccount(deps, site, account) : [];
  const maker = { account, groups: [...known, ...(signed?.groups ?? [])], asserted };
  const refusals = [
    ...whyNotAllowed(maker, request.verdict, source.app.owner, policy.approval, policy.serviceAccounts),
    ...whyNotAsserted(maker, request.targets, (target) => config.targets[target]?.acceptAsserted ?? false),
  ];
  const [refusal] = refusals;
  if (refusal) {
    throw waybillError('WAYBILL_DECISION_NOT_ALLOWED', { account, app: source.app.name, site, why: refusal.text });
  }
}
