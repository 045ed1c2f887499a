import type { LedgerRecord } from '../../../ledger/records.ts';
import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import { lastLookUtc } from './looks.ts';
import type { DecisionRun } from './requests.ts';
import { type RunFacts, type Violation, violation } from './run-facts.ts';
import { isOpenByPlan, joinedKeys, type RecordedPromotion, type RunView, runsBehind } from './run-view.ts';

const endStates = ['promoted', 'partly-promoted', 'not-promoted', 'denied', 'expired', 'aborted', 'withdrawn'];
/** The record of a promotion whose content changed before anything was done; its state is `withdrawn`. */
const CHANGED = 'changed';

/** Rule (a): each approved promotion ended in exactly one terminal state, with one chain of records. */
export function checkOneEnd(view: RunView): Violation[] {
  return [
    ...view.facts.ledger.promotions.flatMap((promotion) => checkPromotion(view, promotion)),
    ...view.runs.flatMap((run) => checkOwed(view, run)),
    ...answeredOnly(view),
    ...strayRecords(view),
    ...brokenWorkflows(view),
  ];
}

function checkPromotion(view: RunView, promotion: RecordedPromotion): Violation[] {
  const { promotionKey, site, appName, state, endedAtUtc } = promotion;
  const say = (what: string) => violation('a', site, appName, what);
  const records = view.recordsOf(promotionKey);
  const ends = records.filter(isEnd);
  const found: Violation[] = [];
  const twins = view.facts.ledger.promotions.filter((other) => other.promotionKey === promotionKey);
  if (twins[0] === promotion && twins.length > 1) found.push(say(`the ledger has ${promotionKey} twice`));
  if (ends.length > 1) found.push(say(`${promotionKey} ended ${ends.length} times (${typesOf(ends)})`));
  const begins = records.filter((record) => record.seq === 'decision');
  if (begins.length !== 1) found.push(say(`${promotionKey} has ${begins.length} records of its decision`));
  else if (records[0] !== begins[0]) found.push(say(`${promotionKey} has a record before its decision`));
  if (isOpenByPlan(view, promotionKey)) return found;
  if (endedAtUtc === undefined || !endStates.includes(state)) found.push(say(`${promotionKey} is still ${state}`));
  if (ends.length === 0) found.push(say(`${promotionKey} has no record of its end`));
  const end = ends[0];
  if (end !== undefined && !agrees(end, state)) found.push(say(`${promotionKey} is ${state}, its record ${end.type}`));
  if (end !== undefined && records.some((record) => record.id > end.id && isDoingAfter(end, record)))
    found.push(say(`${promotionKey} went on after its end`));
  const open = view.facts.ledger.openClaims.filter((claim) => claim.promotionKey === promotionKey);
  if (open.length > 0 && endedAtUtc !== undefined) found.push(say(`${promotionKey} ended, but its claim is open`));
  return [...found, ...checkChain(view, promotion, records)];
}

/** What was promoted has a record of its export, and of plan, effects and proof at each target. */
function checkChain(view: RunView, promotion: RecordedPromotion, records: readonly LedgerRecord[]): Violation[] {
  const { promotionKey, site, appName, state, decision } = promotion;
  const effects = view.effectsOf(promotionKey);
  const say = (what: string) => violation('a', site, appName, `${promotionKey} ${what}`);
  const found: Violation[] = [];
  const exports = joinedKeys(view, promotion).flatMap((key) => view.recordsOf(key));
  if (effects.length > 0 && !exports.some((record) => record.type === 'exported')) found.push(say('has no export'));
  for (const target of state === 'promoted' ? new Set(decision.targets.map((one) => one.site)) : []) {
    const here = records.filter((record) => record.site === target);
    for (const type of ['planned', 'verified']) {
      const count = here.filter((record) => record.type === type).length;
      if (count === 0) found.push(say(`is promoted without a record "${type}" of ${target}`));
      if (count > 1 && type === 'verified') found.push(say(`was verified ${count} times at ${target}`));
    }
  }
  for (const { site: target, appId, kind } of effects) {
    const told = records.some((record) => record.type === kind && record.site === target && record.appId === appId);
    if (!told && state === 'promoted') found.push(say(`has no record that ${appId} was ${kind} at ${target}`));
  }
  return found;
}

/** Deliveries end in records too, some under the same words. */
function isEnd({ seq, type }: LedgerRecord): boolean {
  return seq === 'closed' || type === CHANGED || (endStates.includes(type) && !seq.startsWith('deliver/'));
}

/** Targets are planned while the app is exported, which changes nothing there; a plan may be told after the change. */
function isDoingAfter(end: LedgerRecord, record: LedgerRecord): boolean {
  return isDoing(record) && !(end.type === CHANGED && record.type === 'planned');
}

function isDoing(record: LedgerRecord): boolean {
  return ['exported', 'planned', 'published', 'replaced', 'verified', 'unpublished', 'stripped'].includes(record.type);
}

function agrees(end: LedgerRecord, state: string): boolean {
  return end.type === state || (end.type === CHANGED && state === 'withdrawn');
}

function typesOf(records: readonly LedgerRecord[]): string {
  return records.map((record) => record.type).join(', ');
}

/** An approval that stood, whole and over unchanged content, has a promotion for each of its targets. */
function checkOwed(view: RunView, run: DecisionRun): Violation[] {
  const { settings, expected } = view.facts;
  const source = settings.sources[run.site];
  const { event, after } = run.begun;
  const waived =
    expected.notOwed?.includes(run.appId) || event.hostUtc < (expected.startedUtc ?? '') || cameUnseen(view, run);
  if (waived || run.isDoubtful || run.begun.byWaybill || after?.published !== true) return [];
  // A standing order replaces approval, and is blocked by a denial that waits until it is cleared.
  if (run.word === 'approve' && (!run.request.isWhole || run.requests.some((request) => request.reload))) return [];
  if (run.word === 'deny' && run.request.reload) return [];
  const wasTaken = run.ended !== undefined && !run.ended.byWaybill;
  const isOther = (one: AppStanding): boolean =>
    one.baseContent !== run.bindings[0]?.baseContent ||
    (source?.dataCounts === true && one.data !== run.bindings[0]?.data);
  const changed = run.contents.some(isOther) || (source?.dataCounts === true && wasReloaded(view, run));
  if (wasTaken || (changed && source?.whenChanged !== 'promoteLatest')) return [];
  const promotions = view.facts.ledger.promotions.filter((one) => runsBehind(view, one).includes(run));
  if (run.word === 'deny' && cameTooLate(view, run)) return [];
  if (promotions.length === 0 && (wasAskedAgain(view, run) || wasRenewed(view, run))) return [];
  if (promotions.length === 0) {
    return [
      violation(
        'a',
        run.site,
        after.name,
        `it stood ${run.word === 'deny' ? 'denied' : 'approved'} and nothing came of it`,
      ),
    ];
  }
  if (run.word === 'deny') return [];
  const served = promotions.flatMap((one) => one.decision.targets.map((target) => target.site));
  return run.request.targets
    .filter((target) => !served.includes(target.site))
    .map(({ site }) => violation('a', run.site, after.name, `${site} was asked for and is in no promotion`));
}

/** A reload makes other data, as its site tells it: by its time, whatever the data then are. */
function wasReloaded(view: RunView, { site, appId, begun, ended }: DecisionRun): boolean {
  const untilSeq = ended?.event.seq ?? Number.POSITIVE_INFINITY;
  const steps = view.walks.get(site)?.steps ?? [];
  return steps.some(
    ({ event: { action, id, seq } }) =>
      action === 'reload-app' && id === appId && seq > begun.event.seq && seq < untilSeq,
  );
}

/** What was asked for after the last look at an app, and before Waybill deleted it, nobody saw. */
function cameUnseen(view: RunView, { site, appId, ended, requests }: DecisionRun): boolean {
  if (ended?.byWaybill !== true || ended.event.action !== 'delete-app' || requests.length < 2) return false;
  const walk = view.walks.get(site);
  const lookedUtc = lastLookUtc(walk, appId, ended.event.hostUtc);
  const last = walk?.steps.findLast(
    ({ event, byWaybill }) => event.id === appId && event.entity === 'App' && !byWaybill,
  );
  return last !== undefined && last.event.hostUtc > lookedUtc;
}

/**
 * The app was written after its approval, and an object was removed from some app of the site. No site tells from which,
 * so that the approver is rightly asked again, by mail.
 */
function wasAskedAgain(view: RunView, run: DecisionRun): boolean {
  const { site, begun, contents } = run;
  const steps = view.walks.get(site)?.steps ?? [];
  const since = steps.filter(({ event }) => event.seq > begun.event.seq);
  const isRemoved = since.some(({ event, byWaybill }) => event.action === 'delete-object' && !byWaybill);
  return isRemoved && contents.length > 1 && isAskedAgain(view, run);
}

/**
 * An earlier approval stood over other content, and what was between both was gone before anybody looked: rows that are
 * all new may be but a save of the former ones, so that the approver is rightly asked again (docs/decisions/0015).
 */
function wasRenewed(view: RunView, run: DecisionRun): boolean {
  const content = run.bindings[0]?.baseContent;
  const earlier = view.runs.filter(
    ({ site, appId, word, begun }) =>
      site === run.site && appId === run.appId && word === run.word && begun.event.seq < run.begun.event.seq,
  );
  const isOther = earlier.some(({ bindings }) => bindings.every(({ baseContent }) => baseContent !== content));
  return isOther && isAskedAgain(view, run);
}

function isAskedAgain({ facts }: RunView, { site, appId }: DecisionRun): boolean {
  return facts.mails.some((mail) => mail.kind === 'reapproval' && mail.promotionKey === `${site}.${appId}`);
}

/** A denial of an app that was being delivered; the record of that promotion says so. */
function cameTooLate(view: RunView, { site, appId }: DecisionRun): boolean {
  const { promotions, records } = view.facts.ledger;
  const keys = promotions.filter((one) => one.site === site && one.appId === appId).map((one) => one.promotionKey);
  return records.some(({ type, promotionKey }) => type === 'too-late' && keys.includes(promotionKey));
}

/** A decision that Waybill said it had taken in is in the ledger. */
function answeredOnly({ facts }: RunView): Violation[] {
  return (facts.expected.decisions ?? []).flatMap(({ site, appId, verdict, promotionKey }) => {
    if (promotionKey === undefined) return [];
    if (facts.ledger.promotions.some((one) => one.promotionKey === promotionKey && one.appId === appId)) return [];
    return [violation('a', site, appId, `${promotionKey}, as which ${verdict} was taken in, is no promotion of it`)];
  });
}

function strayRecords({ facts }: RunView): Violation[] {
  const known = new Set(facts.ledger.promotions.map((promotion) => promotion.promotionKey));
  const stray = facts.ledger.records.filter(({ type, promotionKey }) => isDoingOf(type) && !known.has(promotionKey));
  return stray.map((record) =>
    violation('a', record.site ?? '', record.appId ?? '', `record ${record.seq} belongs to no promotion`),
  );
}

function isDoingOf(type: string): boolean {
  return endStates.includes(type) || ['approve', 'deny', 'reload', 'published', 'replaced', 'verified'].includes(type);
}

/** The site among the parts of a workflow's id. */
function siteIn(facts: RunFacts, workflowId: string): string {
  return workflowId.split('/').find((part) => facts.sites[part] !== undefined) ?? '';
}

const resting = ['awaiting-decision', 'needs-operator'];

function brokenWorkflows({ facts }: RunView): Violation[] {
  return facts.workflows.flatMap(({ workflowId, type, status, state }) => {
    const isOpen = (facts.expected.open ?? []).some((key) => workflowId.includes(key));
    const isStuck = status === 'RUNNING' && ['promotion', 'deliver', 'overwrite', 'notify'].includes(type) && !isOpen;
    if (isStuck && !resting.includes(state ?? '') && (facts.expected.open ?? []).length === 0)
      return [
        violation(
          'a',
          siteIn(facts, workflowId),
          workflowId,
          `the workflow has not come to rest (${state ?? 'no state'})`,
        ),
      ];
    // An overwrite fails when its delivery is to know of it; the delivery itself waits for an operator.
    const isBroken = ['FAILED', 'TIMED_OUT', 'TERMINATED'].includes(status) && type !== 'overwrite';
    return isBroken ? [violation('a', siteIn(facts, workflowId), workflowId, `the workflow ended ${status}`)] : [];
  });
}
