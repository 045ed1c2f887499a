import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { PublishInput } from '../../delivery-types.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { QrsApp } from '../client/types.ts';
import { whyNotWholeUpload } from '../whole-app.ts';
import { keepLastOnes } from './keep-last.ts';
import { closeStaging } from './stage.ts';

/**
 * Publishes a staging app by its id under the final name, and verifies what then stands in the stream. Safe to
 * repeat: a lost reply is settled by reading; in that stream means done (design 4).
 *
 * @throws WAYBILL_PROMOTION_STAGING_LOST, WAYBILL_PROMOTION_NOT_PUBLISHED, WAYBILL_PROMOTION_NOT_WHOLE
 */
export async function publishStaging(
  deps: ActivityDependencies,
  input: PublishInput,
): Promise<{ warnings: readonly string[] }> {
  const { decision, site, number, appId, step } = input;
  const { attempt } = attemptContext();
  const standing = attempt > 1 ? await readApp(deps, input) : undefined;
  if (!standing?.stream) await publishNow(deps, input);
  const app = await readApp(deps, input);
  if (app.stream?.id !== step.streamId) throw notPublished(input, app);
  const warnings = await verify(deps, input, app);
  await closeStaging(deps, decision.promotionKey, site, number, appId, 'published');
  const facts = { appId, stream: step.streamName, sizeBytes: app.fileSize };
  const seq = `deliver/${site}/published/${step.streamId}/${number}`;
  await deps.ledger.record({
    promotionKey: decision.promotionKey,
    seq,
    type: 'published',
    atUtc: deps.nowUtc(),
    site,
    appId,
    facts,
  });
  if (decision.verdict === 'reload') await keepLastOnes(deps, { decision, site, streamId: step.streamId, appId });
  return { warnings };
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

async function verify(deps: ActivityDependencies, input: PublishInput, app: QrsApp): Promise<string[]> {
  const { site, decision, artifact } = input;
  const reasons = await whyNotWholeUpload(deps, site, app, artifact);
  if (reasons.length > 0) {
    throw waybillError('WAYBILL_PROMOTION_NOT_WHOLE', { app: decision.app.name, site, reasons: reasons.join('; ') });
  }
  return app.name === decision.app.name ? [] : [`At ${site} it is called "${app.name}".`];
}

function notPublished({ decision, site, step }: PublishInput, app: QrsApp): Error {
  const where = app.stream ? `in stream "${app.stream.name}"` : 'unpublished';
  const facts = { app: decision.app.name, site, stream: step.streamName, where };
  return waybillError(app.stream ? 'WAYBILL_PROMOTION_NOT_PUBLISHED' : 'WAYBILL_PROMOTION_NOT_WHOLE', {
    ...facts,
    reasons: 'the site said that it published the app, but it stands unpublished',
  });
}
