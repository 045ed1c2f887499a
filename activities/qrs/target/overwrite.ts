import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { plainDescription } from '../../../rules/description.ts';
import type { ObjectFacts } from '../../../rules/revision.ts';
import { type StandingContent, whyNotReplaced } from '../../../rules/verify.ts';
import { attemptContext, pause } from '../../activity-context.ts';
import type { OverwriteInput, OverwriteOutcome } from '../../delivery-types.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DeliveryOutcome } from '../../promotion-types.ts';
import { toObjectFacts } from '../app-facts.ts';
import type { QrsApp } from '../client/types.ts';
import { comparableSize } from '../comparable-size.ts';
import { type DeliveredContent, isDeliverySettled, verifyContent } from '../content/verify-content.ts';
import { changeApp } from '../proven-writes.ts';
import { fetchExport } from '../source/fetch-export.ts';
import { storedDecision } from '../source/stored-decision.ts';
import { finishDelivery } from './close-delivery.ts';
import { removeOlderStagings } from './older-stagings.ts';
import { targetOf } from './plan-delivery.ts';
import { rememberStamp, stampFor, unstamped } from './stamp.ts';
import { takesTurn } from './turns.ts';

/** What a target app was before this promotion first replaced it; kept in the ledger. */
interface TargetBefore {
  readonly name: string;
  /** The description without a stamp of ours. */
  readonly description: string;
  readonly sizeBytes: number;
  readonly objects: readonly ObjectFacts[];
}

/** A target app that was read back. */
interface Standing {
  readonly sizeBytes: number;
  /** The lists of objects show that it holds what was exported, or nobody wants to know more. */
  readonly isSettled: boolean;
}

/** What the ledger keeps of a replace that is proven. */
interface Replaced extends Standing {
  readonly appId: string;
  readonly stream: string;
}

/** Errors that say that a replace has to be done again. */
const NOT_AS_SENT: ReadonlySet<string> = new Set([
  'WAYBILL_PROMOTION_NOT_REPLACED',
  'WAYBILL_PROMOTION_CONTENT_DIFFERS',
]);

/**
 * Replaces one target app, as the only promotion that does; what stood there is kept as an artifact first. With `ends`
 * the delivery is over with it: the upload is removed, and the end written down, where that goes well at once. Safe to
 * repeat: the ledger knows what is kept, what is proven to be replaced, and whether an earlier replace may still be
 * under way.
 *
 * `locked`: another promotion replaces this app now.
 * @throws WAYBILL_PROMOTION_NOT_REPLACED, WAYBILL_PROMOTION_CONTENT_DIFFERS, WAYBILL_PROMOTION_TARGET_GONE,
 * WAYBILL_PROMOTION_STAGING_LOST
 */
export async function overwriteTarget(deps: ActivityDependencies, input: OverwriteInput): Promise<OverwriteOutcome> {
  const { decision, site, step, ends } = input;
  const { promotionKey } = decision;
  const { targetAppId } = step;
  const replaced = (await replacedBefore(deps, input)) ?? (await replaceLocked(deps, input));
  if (!replaced) return { outcome: 'locked' };
  const warnings = replaced.isSettled ? [] : await verifyContent(deps, deliveredContent(input));
  await deps.ledger.releaseOverwriteLock({ target: site, targetAppId, promotionKey });
  const outcome = ends && { ...ends, warnings: [...ends.warnings, ...warnings] };
  return { outcome: 'replaced', isClosed: outcome !== undefined && (await isFinished(deps, input, outcome)), warnings };
}

/** Replaces the app as its only holder; undefined while another promotion holds it. */
async function replaceLocked(deps: ActivityDependencies, input: OverwriteInput): Promise<Replaced | undefined> {
  const { decision, site } = input;
  const { targetAppId } = input.step;
  if (!(await takesTurn(deps, { target: site, targetAppId, promotionKey: decision.promotionKey }))) return undefined;
  await removeOlderStagings(deps, site, decision.promotionKey, decision);
  const before = await noteBefore(deps, input);
  await backupTarget(deps, input, before);
  return replaceTarget(deps, input, before);
}

function deliveredContent({ decision, site, step, artifact }: OverwriteInput): DeliveredContent {
  return { decision, site, appId: step.targetAppId, streamName: step.streamName, artifact };
}

/** Ends the delivery at once where that goes well; what does not is tried again as a step of its own, which says so. */
async function isFinished(
  deps: ActivityDependencies,
  { decision, site, stagingAppId }: OverwriteInput,
  outcome: DeliveryOutcome,
): Promise<boolean> {
  try {
    await finishDelivery(deps, { decision, outcome, staging: { appId: stagingAppId, number: 1 } });
    return true;
  } catch (error) {
    if (attemptContext().signal.aborted) throw error;
    const { promotionKey } = decision;
    deps.logger.warn({ promotion: promotionKey, site, err: error }, 'the upload could not be removed at once');
    return false;
  }
}

/** Once proven, a replace is never sent again: a newer promotion may have taken its turn meanwhile. */
async function replacedBefore(
  deps: ActivityDependencies,
  { decision, site, step }: OverwriteInput,
): Promise<Replaced | undefined> {
  const records = await deps.ledger.recordsOf(decision.promotionKey);
  return records.find(({ seq }) => seq === replacedSeq(site, step.targetAppId))?.facts as Replaced | undefined;
}

function replacedSeq(site: string, targetAppId: string): string {
  return `deliver/${site}/replaced/${targetAppId}`;
}

/** Keeps what stands there as an artifact. The first backup of a promotion wins, so that a repeat never keeps new for old. */
async function backupTarget(deps: ActivityDependencies, input: OverwriteInput, before: TargetBefore): Promise<void> {
  const { decision, site, step } = input;
  const { promotionKey } = decision;
  const { targetAppId } = step;
  const { backup } = targetOf(deps, site);
  if (!backup.enabled || (await deps.ledger.getBackup(site, targetAppId, promotionKey))) return;
  const withData = before.sizeBytes <= backup.upToWithDataBytes;
  if (!withData && backup.above === 'off') return;
  const expectedBytes = withData ? before.sizeBytes : undefined;
  const app = { site, appId: targetAppId, appName: before.name };
  const stored = await fetchExport(deps, { ...app, skipData: !withData, expectedBytes });
  const atUtc = deps.nowUtc();
  await deps.ledger.recordBackup({ target: site, targetAppId, promotionKey, ...stored, withData, atUtc });
  const facts = { ...stored, withData };
  const seq = `deliver/${site}/backup/${targetAppId}`;
  await deps.ledger.record({ promotionKey, seq, type: 'backup-kept', atUtc, site, appId: targetAppId, facts });
}

/** Replaces the target's content, proves by reading that it took effect, and sets name and description back. */
async function replaceTarget(
  deps: ActivityDependencies,
  input: OverwriteInput,
  before: TargetBefore,
): Promise<Replaced> {
  const { decision, site, step } = input;
  const { promotionKey } = decision;
  const { targetAppId } = step;
  const wasBegun = await deps.ledger.noteOverwriteBegun({ target: site, targetAppId, promotionKey });
  const mustMatch = deps.config().verify.content === 'block';
  const earlier = mustMatch && wasBegun ? await readEarlier(deps, input, before) : undefined;
  const now = earlier ?? (await replaceNow(deps, input, before, wasBegun));
  if (mustMatch && !earlier) await verifyContent(deps, deliveredContent(input));
  const facts: Replaced = { appId: targetAppId, stream: step.streamName, ...now };
  const seq = replacedSeq(site, targetAppId);
  const atUtc = deps.nowUtc();
  await deps.ledger.record({ promotionKey, seq, type: 'replaced', atUtc, site, appId: targetAppId, facts });
  return facts;
}

async function replaceNow(
  deps: ActivityDependencies,
  input: OverwriteInput,
  before: TargetBefore,
  wasBegun: boolean,
): Promise<Standing> {
  const { site, step, stagingAppId } = input;
  await deps.qrs(site).replaceApp(stagingAppId, step.targetAppId, { signal: attemptContext().signal });
  const now = await readBack(deps, input, before);
  if (!wasBegun) return now;
  // An earlier request that the site had begun may end only now, and change name and description again.
  await pause(deps.config().retry.lookAfterMs);
  return readBack(deps, input, before);
}

/**
 * What an earlier replace of ours left, where that is as it should be; undefined where it has to be replaced again. A
 * comparison that cannot be made is thrown: it is no reason to replace an app that people use once more.
 */
async function readEarlier(
  deps: ActivityDependencies,
  input: OverwriteInput,
  before: TargetBefore,
): Promise<Standing | undefined> {
  try {
    const now = await readBack(deps, input, before);
    await verifyContent(deps, deliveredContent(input));
    return now;
  } catch (error) {
    if (isWaybillError(error) && NOT_AS_SENT.has(error.code)) return undefined;
    throw error;
  }
}

/** The target with its own name again, once it is proven to hold what was staged. @throws WAYBILL_PROMOTION_NOT_REPLACED */
async function readBack(deps: ActivityDependencies, input: OverwriteInput, before: TargetBefore): Promise<Standing> {
  const { decision, site, step, stagingAppId, artifact } = input;
  const { signal } = attemptContext();
  const [[staged = [], standing = []], now] = await Promise.all([
    deps.qrs(site).getObjectsOfApps([stagingAppId, step.targetAppId], { signal }),
    setBack(deps, input, before),
  ]);
  const reasons = whyNotReplaced(
    before,
    { sizeBytes: await comparableSize(deps, site, artifact), objects: staged.map(toObjectFacts) },
    contentOf(now, standing.map(toObjectFacts)),
  );
  if (reasons.length > 0) {
    throw waybillError('WAYBILL_PROMOTION_NOT_REPLACED', { app: decision.app.name, site, reasons: reasons.join('; ') });
  }
  const base = standing.filter(({ approved }) => approved);
  return { sizeBytes: now.fileSize, isSettled: await isDeliverySettled(deps, decision, base) };
}

/** What stood at the target before the first replace; read once, then always the same. */
async function noteBefore(deps: ActivityDependencies, { decision, site, step }: OverwriteInput): Promise<TargetBefore> {
  const { promotionKey, app } = decision;
  const { targetAppId } = step;
  const seq = `deliver/${site}/before/${targetAppId}`;
  const noted = (await deps.ledger.recordsOf(promotionKey)).find((record) => record.seq === seq);
  if (noted) return noted.facts as TargetBefore;
  const { signal } = attemptContext();
  const [standing, objects] = await Promise.all([
    deps.qrs(site).getApp(targetAppId, { signal }),
    deps.qrs(site).getAppObjects(targetAppId, { signal }),
  ]);
  if (!standing) throw waybillError('WAYBILL_PROMOTION_TARGET_GONE', { app: app.name, site, targetAppId });
  const facts: TargetBefore = {
    name: standing.name,
    description: await unstamped(deps, site, standing),
    sizeBytes: standing.fileSize,
    objects: objects.map(toObjectFacts),
  };
  await deps.ledger.record({ promotionKey, seq, type: 'found', atUtc: deps.nowUtc(), site, appId: targetAppId, facts });
  return facts;
}

/** Sets the target's name and description back and stamps it, in one write; returns the app as it then is. */
async function setBack(deps: ActivityDependencies, input: OverwriteInput, before: TargetBefore): Promise<QrsApp> {
  const { decision, site, step, version } = input;
  const { targetAppId } = step;
  const stored = await storedDecision(deps, decision.promotionKey);
  const description = stampFor(deps, site, stored, before.description, version);
  await rememberStamp(deps, site, targetAppId, { stamped: description, original: before.description });
  return changeApp(deps, site, targetAppId, (now) => {
    const isBack = now.name === before.name && plainDescription(now.description) === plainDescription(description);
    return isBack ? undefined : { ...now, name: before.name, description };
  });
}

function contentOf(app: QrsApp, objects: readonly ObjectFacts[]): StandingContent {
  return { sizeBytes: app.fileSize, objects };
}
