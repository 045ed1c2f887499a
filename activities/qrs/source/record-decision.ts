import type { Ask } from '../../../rules/ask.ts';
import { accountOf, latestRow } from '../../../rules/app-facts.ts';
import { consumedRows, isConsumed } from '../../../rules/clean-up.ts';
import type { ChosenTarget } from '../../../rules/property-request.ts';
import { joinTargets, type RememberedDecision } from '../../../rules/same-decision.ts';
import type { Decider, DecisionVerdict } from '../../../workflows/contract.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { digestOf, promotionKeyOf } from '../../digest.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import type { AppMemory } from '../app-memory.ts';
import { cleanUpOf, sourceOf, versionWish } from '../source-policy.ts';
import type { SourceApp } from './read-source.ts';
import { sourceDetailsOf, type StoredDecision, withoutDetails } from './stored-decision.ts';

export interface NewDecision {
  readonly site: string;
  readonly source: SourceApp;
  readonly decisionId: string;
  readonly verdict: DecisionVerdict;
  readonly by: Decider;
  readonly decidedAtUtc: string;
  readonly note?: string;
  readonly targets: readonly ChosenTarget[];
  /** What the approval asked for before these targets were added to it. */
  readonly addedTo?: readonly ChosenTarget[];
}

export interface RecordedDecision {
  readonly decision: DecisionRecord;
  /** This call made the claim. */
  readonly fresh: boolean;
  /** `closed`: it was carried out before, and whoever finds it ends without effect. */
  readonly state: 'open' | 'closed';
}

/** Claims a decision and writes it down before its first effect (design 3.3, 3.10). Safe to repeat. */
export async function recordDecision(deps: ActivityDependencies, input: NewDecision): Promise<RecordedDecision> {
  const { site, source } = input;
  const stored = toStored(deps, input);
  const kind = input.verdict === 'reload' ? 'reload' : 'decision';
  const { fresh, state, promotionKey } = await deps.ledger.recordDecision({
    claim: { kind, site, appId: source.app.id, key: input.decisionId, promotionKey: stored.promotionKey },
    promotion: {
      site,
      appId: source.app.id,
      appName: source.app.name,
      owner: accountOf(source.app.owner),
      verdict: input.verdict,
      decision: stored,
      startedAtUtc: deps.nowUtc(),
    },
    record: {
      type: input.verdict,
      atUtc: input.decidedAtUtc,
      site,
      appId: source.app.id,
      facts: { by: input.by, note: input.note, targets: input.targets, revisionKey: source.revisionKey },
    },
  });
  const standing = await deps.ledger.getPromotion<StoredDecision>(promotionKey);
  return { decision: withoutDetails(standing?.decision ?? stored), fresh, state };
}

function toStored(deps: ActivityDependencies, input: NewDecision): StoredDecision {
  const { site, source } = input;
  const config = deps.config();
  return {
    site,
    appId: source.app.id,
    promotionKey: promotionKeyOf(config.installation.id, site, source.app.id, input.decisionId),
    decisionId: input.decisionId,
    verdict: input.verdict,
    app: { name: source.app.name, owner: accountOf(source.app.owner), streamName: source.app.stream?.name },
    by: input.by,
    decidedAtUtc: input.decidedAtUtc,
    note: input.note,
    targets: input.targets.map((target) => ({
      ...target,
      data: config.targets[target.site]?.data ?? 'carry',
    })),
    revisionKey: source.revisionKey,
    sizeBytes: source.app.sizeBytes,
    cleanUp: cleanUpOf(config, site, input.verdict, source.request),
    version: input.verdict === 'deny' ? 'off' : versionWish(config, source.request.version),
    consumed: consumedRows(source.request.rows, sourceOf(config, site).properties),
    tellsOwner: input.verdict !== 'reload' && config.mail.ownerMails,
    source: sourceDetailsOf(source.app, source.revision),
    addedTo: input.addedTo,
  };
}

type AskByApproval = Extract<Ask, { ask: 'approve' | 'deny' }>;

/**
 * Remembers and records a decision by property. It is remembered first: a crash in between finds the same decision
 * id again, whatever QRS did to the rows meanwhile.
 */
export async function recordPropertyDecision(
  deps: ActivityDependencies,
  site: string,
  source: SourceApp,
  ask: AskByApproval,
  remembered: RememberedDecision | undefined,
): Promise<RecordedDecision> {
  const decisionId = decisionIdOf(source, ask, remembered);
  if (ask.identity !== 'same') {
    const targets = ask.identity === 'added' ? joinTargets(remembered?.targets ?? [], ask.targets) : ask.targets;
    await remember(deps, site, source, { decisionId, verdict: ask.ask, targets, stale: false });
  }
  return recordDecision(deps, {
    site,
    source,
    decisionId,
    verdict: ask.ask,
    by: { account: ask.decidedBy, door: 'qmc', asserted: false },
    decidedAtUtc: ask.decidedAtUtc,
    targets: ask.targets,
    addedTo: ask.identity === 'added' ? remembered?.targets : undefined,
  });
}

/** The id of a decision by property: the remembered one's, or made of rows, targets and content. Pure. */
export function decisionIdOf(
  source: SourceApp,
  ask: Pick<AskByApproval, 'ask' | 'targets'> & Partial<Pick<AskByApproval, 'identity'>>,
  remembered: RememberedDecision | undefined,
): string {
  if (ask.identity === 'same' && remembered) return remembered.decisionId;
  const rows = source.request.approvalRows
    .map((row) => [row.id, row.modifiedUtc, row.value])
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
  return digestOf([ask.ask, rows, ask.targets, source.revisionKey]).slice(0, 24);
}

/** Keeps a decision in the app's memory, so that the same rows are known again. */
export async function remember(
  deps: ActivityDependencies,
  site: string,
  source: SourceApp,
  decision: Pick<RememberedDecision, 'decisionId' | 'verdict' | 'targets' | 'stale'> & { baseline?: boolean },
): Promise<void> {
  const remembered: RememberedDecision = {
    baseline: false,
    ...decision,
    approvalUtc: latestRow(source.request.approvalRows)?.modifiedUtc,
    approvalRowIds: source.request.approvalRows.map((row) => row.id),
    rowIds: source.app.rows.map((row) => row.id),
    revisionKey: source.revisionKey,
    absentSeen: false,
  };
  await deps.ledger.updateAppMemory<AppMemory>(site, source.app.id, (memory) => ({
    // What the approval is held against later has to be there as soon as it is remembered.
    rows: source.app.rows,
    ...memory,
    remembered,
  }));
}

/**
 * Notes that the approval was seen to be gone, so that the next one is a new one. `removed`: rows that Waybill took
 * away itself; set again at once, they are their author's, and no longer what was first seen.
 */
export async function rememberAbsence(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  removed: DecisionRecord['consumed'] = [],
): Promise<void> {
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (memory) => {
    const rows = memory?.rows?.filter((row) => !isConsumed(row, removed));
    const remembered = memory?.remembered && { ...memory.remembered, absentSeen: true };
    return { ...memory, ...(rows && { rows }), ...(remembered && { remembered }) };
  });
}
