import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { PublishInput, PublishOutcome } from '../../delivery-types.ts';
import { fold } from '../../../rules/app-facts.ts';
import type { OverwriteLockKey } from '../../../ledger/overwrite-locks.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { QrsApp } from '../client/types.ts';
import { isDeliverySettled, verifyContent } from '../content/verify-content.ts';
import { lookAtUpload } from '../whole-app.ts';
import { keepLastOnes } from './keep-last.ts';
import { planReplaces } from './plan-delivery.ts';
import { closeStaging } from './stage.ts';
import { takesTurn } from './turns.ts';

/**
 * Publishes a staging app by its id under the final name, and verifies what then stands in the stream; of two promotions
 * of apps of one name, one after the other does. Safe to repeat: a lost reply is settled by reading; in that stream means
 * done (design 4).
 *
 * `taken`: the plan found no app to replace, and one stands there by now.
 * @throws WAYBILL_PROMOTION_UNDECIDED, WAYBILL_PROMOTION_STAGING_LOST, WAYBILL_PROMOTION_NOT_PUBLISHED, WAYBILL_PROMOTION_NOT_WHOLE
 */
export async function publishStaging(deps: ActivityDependencies, input: PublishInput): Promise<PublishOutcome> {
  const { decision, site, number, appId, step } = input;
  const { promotionKey } = decision;
  // An earlier step may have published it and not have seen that: it would look like one to be replaced.
  const isLookedAt = step.whereNoneStands === true || (await mayBePublished(deps, input));
  const standing = isLookedAt ? await readApp(deps, input) : undefined;
  const place = placeOf(input);
  if (!standing?.stream) {
    if (!(await takesTurn(deps, place))) return { outcome: 'locked' };
    const replaces = step.whereNoneStands ? await planReplaces(deps, input) : [];
    if (replaces.length > 0) {
      await deps.ledger.releaseOverwriteLock(place);
      return { outcome: 'taken', replaces };
    }
    await publishNow(deps, input);
  }
  const app = await readApp(deps, input);
  if (app.stream?.id !== step.streamId) throw notPublished(input, app);
  await deps.ledger.releaseOverwriteLock(place);
  const verified = await verify(deps, input, app);
  await closeStaging(deps, promotionKey, site, number, appId, 'published');
  const facts = { appId, stream: step.streamName, sizeBytes: app.fileSize };
  const seq = `deliver/${site}/published/${step.streamId}/${number}`;
  await deps.ledger.record({ promotionKey, seq, type: 'published', atUtc: deps.nowUtc(), site, appId, facts });
  if (verified.isSettled) await clearUp(deps, input);
  return verified;
}

/** Where no other promotion may publish an app of that name now. */
function placeOf({ decision: { promotionKey, app }, site, step }: PublishInput): OverwriteLockKey {
  return { target: site, targetAppId: `${step.streamId}/${fold(app.name)}`, promotionKey };
}

/**
 * Compares the content of an app that was just published with what was exported, where its objects do not settle that.
 * Safe to repeat.
 *
 * @throws WAYBILL_PROMOTION_CONTENT_DIFFERS where a difference stops the delivery
 */
export async function comparePublished(
  deps: ActivityDependencies,
  input: PublishInput,
): Promise<{ warnings: readonly string[] }> {
  const { decision, site, appId, step, artifact } = input;
  const warnings = await verifyContent(deps, { decision, site, appId, streamName: step.streamName, artifact });
  await clearUp(deps, input);
  return { warnings };
}

/** What a newer app takes the place of goes once the newer one is verified. */
async function clearUp(deps: ActivityDependencies, { decision, site, appId, step }: PublishInput): Promise<void> {
  if (decision.verdict === 'reload') await keepLastOnes(deps, { decision, site, streamId: step.streamId, appId });
}

/** An earlier attempt may have done it, or a run that Temporal has lost. */
async function mayBePublished(
  deps: ActivityDependencies,
  { decision: { promotionKey }, site, number }: PublishInput,
): Promise<boolean> {
  if (attemptContext().attempt > 1) return true;
  const staging = await deps.ledger.getStaging({ promotionKey, target: site, n: number });
  return staging?.state === 'published';
}

async function publishNow(deps: ActivityDependencies, { site, appId, step, decision }: PublishInput): Promise<void> {
  const { signal } = attemptContext();
  try {
    await deps.qrs(site).publishApp(appId, step.streamId, decision.app.name, { signal });
  } catch (error) {
    if (!isWaybillError(error) || error.retryable) throw error;
    const app = await deps.qrs(site).getApp(appId, { signal });
    if (app?.stream?.id !== step.streamId) throw error;
  }
}

async function readApp(deps: ActivityDependencies, { site, appId, decision }: PublishInput): Promise<QrsApp> {
  const app = await deps.qrs(site).getApp(appId, { signal: attemptContext().signal });
  if (!app) throw waybillError('WAYBILL_PROMOTION_STAGING_LOST', { app: decision.app.name, site });
  return app;
}

async function verify(
  deps: ActivityDependencies,
  input: PublishInput,
  app: QrsApp,
): Promise<{ warnings: readonly string[]; isSettled: boolean }> {
  const { site, decision, artifact } = input;
  const { reasons, objects } = await lookAtUpload(deps, site, app, artifact);
  if (reasons.length > 0) {
    throw waybillError('WAYBILL_PROMOTION_NOT_WHOLE', { app: decision.app.name, site, reasons: reasons.join('; ') });
  }
  return {
    warnings: app.name === decision.app.name ? [] : [`At ${site} it is called "${app.name}".`],
    isSettled: await isDeliverySettled(deps, decision, objects),
  };
}

function notPublished({ decision, site, step }: PublishInput, app: QrsApp): Error {
  const where = app.stream ? `in stream "${app.stream.name}"` : 'unpublished';
  const facts = { app: decision.app.name, site, stream: step.streamName, where };
  return waybillError(app.stream ? 'WAYBILL_PROMOTION_NOT_PUBLISHED' : 'WAYBILL_PROMOTION_NOT_WHOLE', {
    ...facts,
    reasons: 'the site said that it published the app, but it stands unpublished',
  });
}
