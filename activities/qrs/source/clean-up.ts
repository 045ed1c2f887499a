import { waybillError } from '../../../common/errors/catalogue.ts';
import { sameText } from '../../../rules/app-facts.ts';
import { isConsumed, unconsumedRows } from '../../../rules/clean-up.ts';
import { identifyDecision } from '../../../rules/same-decision.ts';
import { whyNotWhole } from '../../../rules/verify.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { CleanUpOutcome, DecisionRecord, UnprovenCopy } from '../../promotion-types.ts';
import { toObjectFacts } from '../app-facts.ts';
import type { AppMemory } from '../app-memory.ts';
import type { QrsApp, QrsAppObject } from '../client/types.ts';
import { copyVerdict } from '../content/compare-copy.ts';
import { inWords } from '../content/difference-words.ts';
import { isSettled } from '../content/verify-content.ts';
import { changeApp, deleteApp } from '../proven-writes.ts';
import { makeStagingApp } from '../staged-app.ts';
import { sourceOf } from '../source-policy.ts';
import { whyNotWholeCopy } from '../whole-app.ts';
import { COPY_NUMBER, removeCopy, settleCopy } from './owner-copy.ts';
import { rememberAbsence } from './record-decision.ts';
import type { SourceApp } from './read-source.ts';
import { storedDecision } from './stored-decision.ts';
import { checkSource, type SourceCheck } from './unchanged.ts';

/**
 * Returns the app to its owner: a copy of it gets his name and hands, and the published app is deleted once the copy
 * is proven and, last of all, the app itself was looked at again; otherwise everything stays and the copy goes. One
 * step, as each write is found again by what stands: the copy by its id in the ledger (or its staging name, where the
 * reply was lost), its owner and name by reading, the deletion by the app being gone. `unproven`: its content has to be
 * compared by `compareCopy` before this step goes on.
 *
 * @throws WAYBILL_PROMOTION_NOT_WHOLE, WAYBILL_PROMOTION_NOT_DONE
 */
export async function unpublish(
  deps: ActivityDependencies,
  decision: DecisionRecord,
): Promise<CleanUpOutcome | UnprovenCopy> {
  const { site, appId, promotionKey } = decision;
  const { signal } = attemptContext();
  const copy = await dressCopy(deps, decision, await copyForOwner(deps, decision));
  const objects = deps.qrs(site).getObjectsOfApps([copy.id, appId], { signal });
  const check = await checkSource(deps, decision, approvedOfSecond(objects));
  const [copied = []] = await objects;
  const why = await whyKeepSource(deps, decision, check);
  if (why) return keepSource(deps, decision, copy.id, why);
  const proof = await requireWholeCopy(deps, decision, copy, copied, check);
  if (proof === 'unproven') return { outcome: 'unproven', copyAppId: copy.id };
  if (proof) return keepSource(deps, decision, copy.id, proof.why);
  await deleteApp(deps, site, appId);
  await settleCopy(deps, decision, copy.id, 'published');
  const atUtc = deps.nowUtc();
  const facts = { copyAppId: copy.id };
  await deps.ledger.record({ promotionKey, seq: 'unpublished', type: 'unpublished', atUtc, site, appId, facts });
  return { outcome: 'done', copyAppId: copy.id };
}

/** Everything stays, and the copy goes. */
async function keepSource(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  copyAppId: string,
  why: string,
): Promise<CleanUpOutcome> {
  await removeCopy(deps, decision, copyAppId);
  return { outcome: 'kept', why };
}

/** The owner's copy of the published app; one whose reply was lost is adopted. */
function copyForOwner(deps: ActivityDependencies, { promotionKey, site, appId }: DecisionRecord): Promise<QrsApp> {
  const { signal } = attemptContext();
  return makeStagingApp(deps, {
    promotionKey,
    site,
    number: COPY_NUMBER,
    purpose: 'unpublish',
    whyNotWhole: (app) => whyNotWholeCopy(deps, site, app, { appId, scope: 'approved' }),
    make: (name) => deps.qrs(site).copyApp(appId, name, { signal }),
  });
}

/** Gives the copy its owner and name in one write; the copy as it then stands. */
async function dressCopy(deps: ActivityDependencies, decision: DecisionRecord, copy: QrsApp): Promise<QrsApp> {
  const { source } = await storedDecision(deps, decision.promotionKey);
  const change = (app: QrsApp): QrsApp | undefined => {
    const dressed = app.owner.id === source.ownerId && app.name === decision.app.name;
    return dressed ? undefined : { ...app, name: decision.app.name, owner: { ...app.owner, id: source.ownerId } };
  };
  return changeApp(deps, decision.site, copy.id, change, copy);
}

/** The objects that an export of the second app carries. */
async function approvedOfSecond(objects: Promise<readonly (readonly QrsAppObject[])[]>): Promise<QrsAppObject[]> {
  const [, second = []] = await objects;
  return second.filter(({ approved }) => approved);
}

/** Takes the consumed property rows away, by definition and value, and nothing else. Safe to repeat. */
export async function stripProperties(deps: ActivityDependencies, decision: DecisionRecord): Promise<CleanUpOutcome> {
  const { site, appId, promotionKey } = decision;
  const { signal } = attemptContext();
  if (!(await deps.qrs(site).getApp(appId, { signal }))) return { outcome: 'kept', why: 'the app is gone' };
  await changeApp(deps, site, appId, (app) => {
    const kept = app.customProperties.filter(
      (row) => !isConsumed({ name: row.definition.name, value: row.value }, decision.consumed),
    );
    return kept.length === app.customProperties.length ? undefined : { ...app, customProperties: kept };
  });
  await rememberAbsence(deps, site, appId);
  await deps.ledger.record({ promotionKey, seq: 'stripped', type: 'stripped', atUtc: deps.nowUtc(), site, appId });
  return { outcome: 'done' };
}

/** Why the source must stay as it is: an edit or a request since the decision; undefined when it may go. */
async function whyKeepSource(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  { source, changes }: SourceCheck,
): Promise<string | undefined> {
  if (!source) return undefined;
  if (changes.length > 0) return `the app changed since: ${changes.slice(0, 5).join('; ')}`;
  const left = unconsumedRows(source.app.rows, sourceOf(deps.config(), decision.site).properties, decision.consumed);
  if (left.length > 0) return 'somebody asked for more since';
  return (await decidedAnew(deps, decision, source)) ? 'somebody decided anew since' : undefined;
}

async function decidedAnew(deps: ActivityDependencies, decision: DecisionRecord, source: SourceApp): Promise<boolean> {
  if (decision.by.door !== 'qmc') return false;
  const { approval, approvalRows, targets } = source.request;
  if (approval !== 'approve' && approval !== 'deny') return approval === 'conflict';
  const memory = (await deps.ledger.getAppMemory<AppMemory>(decision.site, [decision.appId])).get(
    decision.appId,
  )?.memory;
  const seen = {
    verdict: approval,
    approvalRows,
    rows: source.app.rows,
    targets: approval === 'deny' ? [] : targets,
    revisionKey: source.revisionKey,
  };
  return identifyDecision(seen, memory?.remembered).kind === 'new';
}

/** Nothing for a copy that is whole; `unproven` where only its file can tell, or why it is not to take the app's place. */
async function requireWholeCopy(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  copy: QrsApp,
  copied: readonly QrsAppObject[],
  check: SourceCheck,
): Promise<'unproven' | { readonly why: string } | undefined> {
  const { site, app, promotionKey } = decision;
  const { source } = await storedDecision(deps, promotionKey);
  const originals = (check.source?.revision ?? source.revision).objects;
  const standing = copied.map(toObjectFacts);
  const reasons = whyNotWhole({ sizeBytes: 0, objects: originals }, { sizeBytes: 0, objects: standing });
  if (copy.owner.id !== source.ownerId) reasons.push(`its copy belongs to ${copy.owner.userId}`);
  else if (!sameText(copy.name, app.name)) reasons.push(`its copy is called "${copy.name}"`);
  if (reasons.length > 0) {
    throw waybillError('WAYBILL_PROMOTION_NOT_WHOLE', { app: app.name, site, reasons: reasons.join('; ') });
  }
  // An app that is gone was deleted by this step once its copy was proven.
  if (!check.source || isSettled(deps, originals, standing, { extras: true })) return undefined;
  const known = await copyVerdict(deps, promotionKey, copy.id);
  if (!known) return 'unproven';
  // The same under other ids loses nothing; what is missing or changed would be lost for good.
  if (known.verdict !== 'differs' || !known.lost) return undefined;
  return { why: `the copy for its owner does not hold the same: ${inWords(known.differences)}` };
}
