import { fold, latestRow, type AppFacts, type PropertyRow } from './app-facts.ts';
import { whyNotAllowed, type ApprovalPolicy, type DecisionMaker } from './approval-policy.ts';
import type { ChosenTarget, PropertyRequest, RequestProblem } from './property-request.ts';
import { changedAfter, removedSince, type Revision, type SeenObject } from './revision.ts';
import { identifyDecision, type RememberedDecision } from './same-decision.ts';

/** The policy of one source site and stream, as far as it decides what an app's state asks for. */
export interface AskPolicy {
  readonly approval: ApprovalPolicy;
  readonly serviceAccounts: readonly string[];
  readonly reload: {
    readonly enabled: boolean;
    readonly tag: string;
    /** The tag does not exist and is not to be made: promotion goes on without. */
    readonly untaggable?: boolean;
  };
  readonly whenChanged: 'reapprove' | 'promoteLatest';
  readonly dataCounts: boolean;
}

/** All that the decision rests on. `firstStartUtc` is the source site's clock when Waybill first saw it. */
export interface AskFacts {
  readonly app: AppFacts | undefined;
  readonly request: PropertyRequest | undefined;
  readonly revision: Revision;
  readonly revisionKey: string;
  readonly remembered: RememberedDecision | undefined;
  /** What the app held when it was last seen without a decision. */
  readonly seen?: readonly SeenObject[];
  readonly firstStartUtc: string;
  /** The ledger was put back from a backup by then: what is older and not known may have been done before. */
  readonly restoredUtc?: string;
  /** This very publish was decided, and the decision was carried out. */
  readonly isDecided?: boolean;
  /** Somebody took up the decision that stood before the first start: it counts as any other. */
  readonly adopted?: boolean;
  /** Groups of the decider, looked up where the policy names groups. */
  readonly groupsOf: (account: string) => readonly string[];
}

export type Ask =
  | { readonly ask: 'nothing'; readonly why: string; readonly problems: readonly RequestProblem[] }
  | { readonly ask: 'tag' | 'untag' }
  | { readonly ask: 'wait'; readonly problems: readonly RequestProblem[]; readonly stale?: StaleDecision }
  | {
      readonly ask: 'approve' | 'deny';
      readonly decidedBy: string;
      readonly decidedAtUtc: string;
      readonly targets: readonly ChosenTarget[];
      /** `same`: the remembered decision; `added`: targets added to it; `new`: a decision not seen before. */
      readonly identity: 'new' | 'same' | 'added';
      readonly problems: readonly RequestProblem[];
    }
  | {
      readonly ask: 'reload';
      readonly decidedBy: string;
      readonly reloadedAtUtc: string;
      readonly targets: readonly ChosenTarget[];
      readonly problems: readonly RequestProblem[];
    };

export interface StaleDecision {
  readonly decidedBy: string;
  readonly decidedAtUtc: string;
  readonly changes: readonly string[];
}

/** What an app's present state asks for (design 3.2): state decides, not events. */
export function askOf(facts: AskFacts, policy: AskPolicy): Ask {
  const { app, request } = facts;
  if (!app || !request) return { ask: 'nothing', why: 'the app is gone', problems: [] };
  const tagging = askForTag(app, request, policy);
  if (tagging) return tagging;
  if (!app.stream || !app.publishedAtUtc) {
    return { ask: 'nothing', why: 'the app is not published', problems: request.problems };
  }
  if (policy.reload.enabled && request.reloadRows.length > 0) return askOnReload(facts, app, request, policy);
  if (request.approval === 'approve' || request.approval === 'deny') {
    return askByApproval(facts, app, request, request.approval, policy);
  }
  if (request.approval === 'none' && app.publishedAtUtc <= facts.firstStartUtc && request.rows.length === 0) {
    return { ask: 'nothing', why: 'the app was published before Waybill first saw the site', problems: [] };
  }
  if (facts.isDecided && request.rows.length === 0) {
    return { ask: 'nothing', why: 'this publish was decided before', problems: [] };
  }
  return { ask: 'wait', problems: request.problems };
}

function askForTag(app: AppFacts, request: PropertyRequest, policy: AskPolicy): Ask | undefined {
  if (!policy.reload.enabled) return undefined;
  const tagged = app.tags.some((tag) => fold(tag) === fold(policy.reload.tag));
  const standing = request.reloadRows.length > 0 && app.stream !== undefined;
  if (tagged && !standing) return { ask: 'untag' };
  const complete = request.targets.length > 0 && !request.problems.some((problem) => problem.blocking);
  return standing && complete && !tagged && !policy.reload.untaggable ? { ask: 'tag' } : undefined;
}

function askOnReload(facts: AskFacts, app: AppFacts, request: PropertyRequest, policy: AskPolicy): Ask {
  const author = latestRow(request.reloadRows);
  const problems = [...request.problems];
  if (request.approval === 'deny' || request.approval === 'conflict') {
    const text = 'A denial blocks promotion on reload; clear the reload property to have the denial carried out.';
    problems.push({ kind: 'conflict', text, blocking: true });
  }
  if (author)
    problems.push(
      ...whyNotAllowed(maker(author.modifiedBy, facts), 'reload', app.owner, policy.approval, policy.serviceAccounts),
    );
  if (!author || problems.some((problem) => problem.blocking)) {
    return { ask: 'nothing', why: 'promotion on reload is not complete', problems };
  }
  // A reload before the ledger was put back may have been promoted; the next one brings newer data anyway.
  const since = latestOf(author.modifiedUtc, facts.firstStartUtc, facts.restoredUtc ?? '');
  if (!app.reloadedAtUtc || app.reloadedAtUtc <= since) {
    return { ask: 'nothing', why: 'the app waits for its next reload', problems };
  }
  return {
    ask: 'reload',
    decidedBy: author.modifiedBy,
    reloadedAtUtc: app.reloadedAtUtc,
    targets: request.targets,
    problems,
  };
}

function latestOf(...timesUtc: readonly string[]): string {
  return timesUtc.toSorted().at(-1) ?? '';
}

function askByApproval(
  facts: AskFacts,
  app: AppFacts,
  request: PropertyRequest,
  verdict: 'approve' | 'deny',
  policy: AskPolicy,
): Ask {
  const row = latestRow(request.approvalRows);
  if (!row) return { ask: 'wait', problems: request.problems };
  const refusals = refusalsOf(row, request, app, facts, policy);
  const relevant = verdict === 'deny' ? request.problems.map((one) => ({ ...one, blocking: false })) : request.problems;
  const problems = [...relevant, ...refusals];
  if (problems.some((problem) => problem.blocking)) return { ask: 'wait', problems };
  const seen = {
    verdict,
    approvalRows: request.approvalRows,
    rows: app.rows,
    targets: verdict === 'deny' ? [] : request.targets,
    revisionKey: boundKey(facts, verdict, policy),
  };
  const identity = identifyDecision(seen, facts.remembered);
  const decided = { decidedBy: row.modifiedBy, decidedAtUtc: row.modifiedUtc, problems };
  if (identity.kind === 'same' && identity.added.length > 0)
    return askInAddition(facts, app, request, identity.added, policy);
  if (identity.kind === 'same') return askAgain(facts, seen.targets, verdict, decided);
  if (row.modifiedUtc <= facts.firstStartUtc && !facts.remembered && !facts.adopted) {
    return { ask: 'nothing', why: 'the decision is older than the first start; `waybill adopt` takes it up', problems };
  }
  const isOther = identity.kind === 'other-content';
  const stale = verdict === 'deny' ? undefined : staleBy(facts, row, policy, isOther);
  if (stale) return { ask: 'wait', problems: [...problems, changedSince(stale)], stale };
  return { ask: verdict, targets: seen.targets, identity: 'new', ...decided };
}

/**
 * Why a decision does not count: by whom the approval was set, or by whom something was added to the request after it.
 * Otherwise somebody who may not approve could choose other targets behind the approver's back.
 */
function refusalsOf(
  approval: PropertyRow,
  request: PropertyRequest,
  app: AppFacts,
  facts: AskFacts,
  policy: AskPolicy,
): RequestProblem[] {
  const verdict = request.approval === 'deny' ? 'deny' : 'approve';
  const later = request.rows.filter((row) => row.modifiedUtc > approval.modifiedUtc);
  const makers = verdict === 'deny' ? [approval] : [approval, ...later];
  const accounts = new Map(makers.map((row) => [fold(row.modifiedBy), row.modifiedBy]));
  return [...accounts.values()].flatMap((account) =>
    whyNotAllowed(maker(account, facts), verdict, app.owner, policy.approval, policy.serviceAccounts),
  );
}

/** The content by which a decision is told from another one; a denial, and an approval of the latest, are bound to none. */
function boundKey(
  { revisionKey, remembered }: AskFacts,
  verdict: 'approve' | 'deny',
  { whenChanged }: AskPolicy,
): string {
  const isBound = verdict === 'approve' && whenChanged === 'reapprove';
  return isBound ? revisionKey : (remembered?.revisionKey ?? revisionKey);
}

/**
 * Why a decision of that row's moment no longer holds: the content is newer. What was removed bears no date any more: it
 * counts where it was seen before and somebody changed the app after the decision. `isOther`: it is known to be newer.
 */
function staleBy(facts: AskFacts, row: PropertyRow, policy: AskPolicy, isOther: boolean): StaleDecision | undefined {
  const { revision, seen = [], app } = facts;
  const isTouched = (app?.modifiedUtc ?? '') > row.modifiedUtc;
  const removed = isTouched ? removedSince(seen, revision) : [];
  const changes = [...changedAfter(revision, row.modifiedUtc, policy.dataCounts), ...removed];
  if (isOther && changes.length === 0) changes.push('its content changed');
  if (changes.length === 0 || policy.whenChanged !== 'reapprove') return undefined;
  return { decidedBy: row.modifiedBy, decidedAtUtc: row.modifiedUtc, changes };
}

/** Targets added to a standing approval: whoever added them approves them, over the content that was approved. */
function askInAddition(
  facts: AskFacts,
  app: AppFacts,
  request: PropertyRequest,
  added: readonly ChosenTarget[],
  policy: AskPolicy,
): Ask {
  const row = latestRow(request.rows);
  const approval = latestRow(request.approvalRows);
  if (!row || !approval) return { ask: 'wait', problems: request.problems };
  const refusals = refusalsOf(approval, request, app, facts, policy);
  const mayBeDone = facts.restoredUtc !== undefined && row.modifiedUtc <= facts.restoredUtc;
  const problems = [...request.problems, ...refusals, ...(mayBeDone ? [mayBeDelivered] : [])];
  if (refusals.length > 0 || mayBeDone) return { ask: 'wait', problems };
  const isOther = facts.remembered?.revisionKey !== facts.revisionKey;
  const stale = facts.remembered?.stale
    ? { decidedBy: approval.modifiedBy, decidedAtUtc: approval.modifiedUtc, changes: [] }
    : staleBy(facts, approval, policy, isOther);
  if (stale) return { ask: 'wait', problems: [...problems, changedSince(stale)], stale };
  const decided = { decidedBy: row.modifiedBy, decidedAtUtc: row.modifiedUtc, problems };
  return { ask: 'approve', targets: added, identity: 'added', ...decided };
}

const mayBeDelivered: RequestProblem = {
  kind: 'conflict',
  text: 'Targets were added before the ledger of Waybill was put back from a backup; they may have been delivered. Where they were not, take the approval away, save, and set it again.',
  blocking: true,
};

function askAgain(
  facts: AskFacts,
  targets: readonly ChosenTarget[],
  verdict: 'approve' | 'deny',
  decided: { decidedBy: string; decidedAtUtc: string; problems: readonly RequestProblem[] },
): Ask {
  if (facts.remembered?.baseline) {
    return {
      ask: 'nothing',
      why: 'the decision is older than the first start, or than a restored ledger; `waybill adopt` takes it up',
      problems: decided.problems,
    };
  }
  if (facts.remembered?.stale) {
    return { ask: 'wait', problems: [...decided.problems, changedSince({ ...decided, changes: [] })] };
  }
  return { ask: verdict, targets, identity: 'same', ...decided };
}

function changedSince(stale: StaleDecision): RequestProblem {
  const what = stale.changes.length > 0 ? `: ${stale.changes.slice(0, 10).join('; ')}` : '';
  return {
    kind: 'changed-since',
    text: `The app changed after ${stale.decidedBy} approved it${what}. Take the approval away, save, and set it again.`,
    blocking: true,
  };
}

function maker(account: string, facts: AskFacts): DecisionMaker {
  return { account, groups: facts.groupsOf(account), asserted: false };
}
