import { waybillError } from '../../../common/errors/catalogue.ts';
import { sameText } from '../../../rules/app-facts.ts';
import { type ConsumedRow, isConsumed, standsAsConsumed, unconsumedRows } from '../../../rules/clean-up.ts';
import { identifyDecision } from '../../../rules/same-decision.ts';
import type { PropertyNames } from '../../../rules/property-request.ts';
import { whyNotWhole } from '../../../rules/verify.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { CleanUpOutcome, DecisionRecord, UnprovenCopy } from '../../promotion-types.ts';
import { toObjectFacts } from '../app-facts.ts';
import type { AppMemory } from '../app-memory.ts';
import type { QrsApp } from '../client/types.ts';
import { copyVerdict } from '../content/compare-copy.ts';
import { inWords } from '../content/difference-words.ts';
import { isSettled } from '../content/verify-content.ts';
import { changeApp, deleteApp } from '../proven-writes.ts';
import { sourceOf } from '../source-policy.ts';
import { type BothApps, copyForOwner, dressAsSource } from './make-owner-copy.ts';
import { removeCopy, settleCopy } from './owner-copy.ts';
import { rememberAbsence } from './record-decision.ts';
import { readSourceApp, type SourceApp } from './read-source.ts';
import type { StoredDecision } from './stored-decision.ts';
import { checkSource, type ExportedContent, type SourceCheck } from './unchanged.ts';

const ASKED_FOR_MORE = 'somebody asked for more since';
const DECIDED_ANEW = 'somebody decided anew since';

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
  const made = await copyForOwner(deps, decision);
  if (made === 'no source') return { outcome: 'kept', why: 'the app is gone' };
  const looked = await lookAtBoth(deps, decision, made);
  const { copy, check } = looked;
  const why = await whyKeepSource(deps, decision, check);
  if (why) return keepSource(deps, decision, copy.id, why);
  const proof = await requireWholeCopy(deps, decision, looked);
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

/** The copy and the app side by side, once the copy is called as the app is now, and belongs to whom it belongs now. */
async function lookAtBoth(deps: ActivityDependencies, decision: DecisionRecord, made: QrsApp): Promise<BothApps> {
  const first = await lookOnce(deps, decision, made);
  const copy = await dressAsSource(deps, decision, first);
  return copy === first.copy ? first : lookOnce(deps, decision, copy);
}

/** The objects first, the app last: what its rows ask for is read right before it is deleted. */
async function lookOnce(deps: ActivityDependencies, decision: DecisionRecord, copy: QrsApp): Promise<BothApps> {
  const { signal } = attemptContext();
  const [copied = [], own = []] = await deps.qrs(decision.site).getObjectsOfApps([copy.id, decision.appId], { signal });
  const approved = own.filter((object) => object.approved);
  return { copy, copied, check: await checkSource(deps, decision, Promise.resolve(approved)) };
}

/**
 * Takes the consumed property rows away, by definition and value, and nothing else. All stay where somebody asked for
 * more since or decided anew: without them that could not be carried out. Safe to repeat.
 */
export async function stripProperties(deps: ActivityDependencies, decision: DecisionRecord): Promise<CleanUpOutcome> {
  const { site, appId, promotionKey, consumed } = decision;
  const source = await readSourceApp(deps, site, appId, attemptContext().signal);
  if (!source) return { outcome: 'kept', why: 'the app is gone' };
  if (await decidedAnew(deps, decision, source)) return { outcome: 'kept', why: DECIDED_ANEW };
  const { properties } = sourceOf(deps.config(), site);
  const app = await changeApp(deps, site, appId, (found) => {
    if (unconsumedRows(rowsOf(found), properties, consumed).length > 0) return undefined;
    const kept = found.customProperties.filter((row) => !isConsumed(rowOf(row), consumed));
    return kept.length === found.customProperties.length ? undefined : { ...found, customProperties: kept };
  });
  const left = rowsOf(app);
  const more = unconsumedRows(left, properties, consumed);
  if (more.length > 0 && left.some((row) => isConsumed(row, consumed)))
    return { outcome: 'kept', why: whyOfMore(more, properties) };
  await rememberAbsence(deps, site, appId, decision.consumed);
  await deps.ledger.record({ promotionKey, seq: 'stripped', type: 'stripped', atUtc: deps.nowUtc(), site, appId });
  return { outcome: 'done' };
}

/** Another word of approval or denial is a decision; another server or stream is a wish. */
function whyOfMore(more: readonly ConsumedRow[], { approval }: PropertyNames): string {
  return more.some(({ name }) => sameText(name, approval)) ? DECIDED_ANEW : ASKED_FOR_MORE;
}

function rowsOf({ customProperties }: QrsApp): ConsumedRow[] {
  return customProperties.map(rowOf);
}

function rowOf({ definition, value }: QrsApp['customProperties'][number]): ConsumedRow {
  return { name: definition.name, value };
}

/** Why the source must stay as it is: an edit or a request since the decision; undefined when it may go. */
async function whyKeepSource(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  { source, changes }: SourceCheck,
): Promise<string | undefined> {
  if (!source) return undefined;
  if (changes.length > 0) return `the app changed since: ${changes.slice(0, 5).join('; ')}`;
  if (await isEditedSinceExport(deps, decision, source)) return 'the app was edited after it was exported';
  const { properties } = sourceOf(deps.config(), decision.site);
  const more = unconsumedRows(source.app.rows, properties, decision.consumed);
  if (more.length > 0) return whyOfMore(more, properties);
  return (await decidedAnew(deps, decision, source)) ? DECIDED_ANEW : undefined;
}

/** A decision that is bound to no content may have promoted something older than what the app holds now. */
async function isEditedSinceExport(
  deps: ActivityDependencies,
  { promotionKey }: DecisionRecord,
  { revisionKey }: SourceApp,
): Promise<boolean> {
  const promotion = await deps.ledger.getPromotion<StoredDecision>(promotionKey);
  const exported = (promotion?.artifact as ExportedContent | undefined)?.revisionKey;
  return exported !== undefined && exported !== revisionKey;
}

async function decidedAnew(deps: ActivityDependencies, decision: DecisionRecord, source: SourceApp): Promise<boolean> {
  const { approval, approvalRows, targets } = source.request;
  if (decision.by.door !== 'qmc') {
    const { properties } = sourceOf(deps.config(), decision.site);
    return approval !== 'none' && !standsAsConsumed(source.app.rows, properties, decision.consumed);
  }
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
  return identifyDecision(seen, memory?.remembered).kind !== 'same';
}

/** Nothing for a copy that is whole; `unproven` where only its file can tell, or why it is not to take the app's place. */
async function requireWholeCopy(
  deps: ActivityDependencies,
  { site, app, promotionKey }: DecisionRecord,
  { copy, copied, check: { source } }: BothApps,
): Promise<'unproven' | { readonly why: string } | undefined> {
  // An app that is gone was deleted by this step once its copy was proven.
  if (!source) return undefined;
  const originals = source.revision.objects;
  const standing = copied.map(toObjectFacts);
  const reasons = whyNotWhole({ sizeBytes: 0, objects: originals }, { sizeBytes: 0, objects: standing });
  if (copy.owner.id !== source.app.owner.id) reasons.push(`its copy belongs to ${copy.owner.userId}`);
  else if (!sameText(copy.name, source.app.name)) reasons.push(`its copy is called "${copy.name}"`);
  if (reasons.length > 0) {
    throw waybillError('WAYBILL_PROMOTION_NOT_WHOLE', { app: app.name, site, reasons: reasons.join('; ') });
  }
  if (isSettled(deps, originals, standing, { extras: true })) return undefined;
  const known = await copyVerdict(deps, promotionKey, copy.id);
  if (!known) return 'unproven';
  // The same under other ids loses nothing; what is missing or changed would be lost for good.
  if (known.verdict !== 'differs' || !known.lost) return undefined;
  return { why: `the copy for its owner does not hold the same: ${inWords(known.differences)}` };
}
