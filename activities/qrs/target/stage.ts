import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { plainDescription } from '../../../rules/description.ts';
import { attemptContext } from '../../activity-context.ts';
import { requireStore } from '../../artifacts/artifact-store.ts';
import type { StagedApp, StagingInput } from '../../delivery-types.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { Artifact, KeptVersion } from '../../promotion-types.ts';
import { oneOf } from '../client/filter.ts';
import type { QrsApp, QrsCustomPropertyValue, QrsTagRef } from '../client/types.ts';
import { comparableSize, rememberOtherSizes } from '../comparable-size.ts';
import { changeApp, deleteApp } from '../proven-writes.ts';
import { type MadeApp, makeStagingApp } from '../staged-app.ts';
import { stagingName } from '../staging-name.ts';
import { whatUploadLacks, whyNotWholeCopy, whyNotWholeUpload } from '../whole-app.ts';
import { lookAtStored } from '../source/cut-export.ts';
import { storedDecision, type StoredDecision } from '../source/stored-decision.ts';
import { targetOf } from './plan-delivery.ts';
import { rememberStamp, stampFor } from './stamp.ts';

/**
 * Uploads the artifact under a staging name, streaming. Safe to repeat: an upload whose reply was lost is adopted.
 *
 * @throws WAYBILL_PROMOTION_EXPORT_UNUSABLE for a file that looks cut and that the site does not take
 * @throws WAYBILL_PROMOTION_IMPORT_LOSES for one of which the site keeps less than it holds
 */
export async function uploadStaging(
  deps: ActivityDependencies,
  { decision, site, number, artifact }: StagingInput & { artifact: Artifact },
): Promise<StagedApp> {
  const { signal, progress } = attemptContext();
  const store = await deps.artifacts();
  requireStore(store, artifact.storeId);
  const { id: appId } = await makeStagingApp(deps, {
    promotionKey: decision.promotionKey,
    site,
    number,
    purpose: 'upload',
    whyNotWhole: (app) => whyNotWholeUpload(deps, site, app, artifact),
    make: (name) =>
      uploadWhole(deps, { decision, site, artifact }, async () => {
        const { stream, sizeBytes } = await store.open(artifact.sha256, { sendsAtOnce: true });
        return deps.qrs(site).uploadApp({ name, body: stream, sizeBytes }, { signal, onProgress: progress });
      }),
  }).catch((error: unknown) => explainRefusal(deps, { decision, site, artifact }, error));
  return { appId, number };
}

/** An export that was cut each time was taken as it is; that a target refuses it tells that it should not have been. */
async function explainRefusal(
  deps: ActivityDependencies,
  { decision, site, artifact }: Pick<StagingInput, 'decision' | 'site'> & { artifact: Artifact },
  error: unknown,
): Promise<never> {
  if (!isWaybillError(error) || error.code !== 'WAYBILL_QRS_REFUSED') throw error;
  const { app, promotionKey, site: source } = decision;
  const look = await lookAtStored(await deps.artifacts(), artifact.sha256, app.name, attemptContext().signal);
  if (look.kind === 'whole') throw error;
  const facts = { app: app.name, site, source, promotionKey, reason: look.why };
  throw waybillError('WAYBILL_PROMOTION_EXPORT_UNUSABLE', facts, { cause: error });
}

/**
 * An upload that lacks objects, or that the site shows in another size, was cut on the way, or the site keeps less, or
 * counts otherwise: a second one tells, for nothing cuts twice at the same byte. So that what is not whole neither
 * replaces an app nor is seen in a stream.
 *
 * @throws WAYBILL_PROMOTION_NOT_WHOLE, WAYBILL_PROMOTION_IMPORT_LOSES
 */
async function uploadWhole(
  deps: ActivityDependencies,
  { decision, site, artifact }: Pick<StagingInput, 'decision' | 'site'> & { artifact: Artifact },
  upload: () => Promise<QrsApp>,
): Promise<MadeApp> {
  const sentBytes = await comparableSize(deps, site, artifact);
  const isSeen = artifact.objects.length > 0;
  const first = await upload();
  const lacked = await whatUploadLacks(deps, site, first.id, artifact);
  if (lacked.length === 0 && !isOfOtherSize(first, sentBytes)) return { app: first, isSeen };
  await deleteApp(deps, site, first.id);
  const second = await upload();
  const lacks = await whatUploadLacks(deps, site, second.id, artifact);
  if (lacks.length > 0) throw await notKept(deps, { app: decision.app.name, site, appId: second.id }, lacks);
  if (!isOfOtherSize(second, sentBytes)) return { app: second, isSeen };
  const { fileSize } = second;
  const reasons = `it has ${first.fileSize}, then ${fileSize} bytes instead of ${sentBytes}`;
  if (fileSize !== first.fileSize)
    throw waybillError('WAYBILL_PROMOTION_NOT_WHOLE', { app: decision.app.name, site, reasons });
  deps.logger.warn(
    { site, fileSize, sentBytes },
    'the site shows other sizes than those of the files; they are left out',
  );
  await rememberOtherSizes(deps, site);
  return { app: second, isSeen };
}

/** Twice the site kept less than it was sent, or had no app where it said so; nobody is to find what it kept. */
async function notKept(
  deps: ActivityDependencies,
  { app, site, appId }: { readonly app: string; readonly site: string; readonly appId: string },
  lacks: readonly string[],
): Promise<Error> {
  if (!(await deps.qrs(site).getApp(appId, { signal: attemptContext().signal })))
    return waybillError('WAYBILL_PROMOTION_NOT_DONE', { site, appId, what: 'made' });
  await deleteApp(deps, site, appId);
  return waybillError('WAYBILL_PROMOTION_IMPORT_LOSES', { app, site, reasons: lacks.join('; ') });
}

function isOfOtherSize({ fileSize }: QrsApp, sentBytes: number): boolean {
  return sentBytes > 0 && fileSize > 0 && fileSize !== sentBytes;
}

/** A server-side copy of the upload, for a further stream of the same site. Safe to repeat: adopted likewise. */
export async function copyStaging(
  deps: ActivityDependencies,
  { decision, site, number, fromAppId }: StagingInput & { fromAppId: string },
): Promise<StagedApp> {
  const { signal } = attemptContext();
  const { id: appId } = await makeStagingApp(deps, {
    promotionKey: decision.promotionKey,
    site,
    number,
    purpose: 'copy',
    whyNotWhole: (app) => whyNotWholeCopy(deps, site, app, { appId: fromAppId, scope: 'all' }),
    make: async (name) => ({ app: await deps.qrs(site).copyApp(fromAppId, name, { signal }) }),
  });
  return { appId, number };
}

/**
 * Gives a staging app its owner, stamped description, tags and properties in one write; its name stays the staging
 * one, so that nothing unmarked ever stands outside its stream. Safe to repeat.
 */
export async function dressStaging(
  deps: ActivityDependencies,
  input: StagingInput & { appId: string; ownerId?: string; version?: KeptVersion },
): Promise<void> {
  const { decision, site, appId, ownerId, version } = input;
  const stored = await storedDecision(deps, decision.promotionKey);
  const { signal } = attemptContext();
  const tags = await findTags(deps, site, stored, signal);
  const properties = await findProperties(deps, site, stored, signal);
  const original = stored.source.description;
  const description = stampFor(deps, site, stored, original, version);
  await rememberStamp(deps, site, appId, { stamped: description, original });
  await changeApp(deps, site, appId, (app) => {
    const owner = ownerId ? { ...app.owner, id: ownerId } : app.owner;
    const dressed = { ...app, description, owner, tags, customProperties: properties };
    return app.published || looksOf(app) === looksOf(dressed) ? undefined : dressed;
  });
}

/** What dressing an app sets, as one text; the site may give it back in another order. */
function looksOf({ description, owner, tags, customProperties }: QrsApp): string {
  const rows = customProperties.map(({ definition, value }) => `${definition.id} ${value}`).toSorted(byText);
  const tagIds = tags.map(({ id }) => id).toSorted(byText);
  return JSON.stringify([plainDescription(description), owner.id, tagIds, rows]);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}

/** Removes a staging app that is no longer needed, and confirms that it is gone. Safe to repeat. */
export async function removeStaging(
  deps: ActivityDependencies,
  { decision, site, number, appId }: StagingInput & { appId: string },
): Promise<void> {
  await deleteApp(deps, site, appId);
  await closeStaging(deps, decision.promotionKey, site, number, appId, 'removed');
}

/** Notes what became of a staging app. */
export async function closeStaging(
  deps: ActivityDependencies,
  promotionKey: string,
  site: string,
  number: number,
  appId: string,
  state: 'published' | 'removed' | 'abandoned',
): Promise<void> {
  await deps.ledger.upsertStaging({
    promotionKey,
    target: site,
    n: number,
    name: stagingName(deps.config().installation.id, promotionKey, site, number),
    appId,
    purpose: number === 1 ? 'upload' : 'copy',
    state,
    closedAtUtc: deps.nowUtc(),
  });
}

/** Tags of the source app that this target takes and knows. */
async function findTags(
  deps: ActivityDependencies,
  site: string,
  { source }: StoredDecision,
  signal: AbortSignal,
): Promise<readonly QrsTagRef[]> {
  const { keepTags } = targetOf(deps, site);
  const wanted = source.tags.filter((tag) => keepTags.some((keep) => keep.toLowerCase() === tag.toLowerCase()));
  if (wanted.length === 0) return [];
  return (await deps.qrs(site).tags(oneOf('name', wanted), { signal })).map(({ id, name }) => ({ id, name }));
}

/** Properties of the source app that this target takes and defines. */
async function findProperties(
  deps: ActivityDependencies,
  site: string,
  { source }: StoredDecision,
  signal: AbortSignal,
): Promise<readonly QrsCustomPropertyValue[]> {
  const { keepProperties } = targetOf(deps, site);
  const wanted = source.properties.filter(({ name }) =>
    keepProperties.some((keep) => keep.toLowerCase() === name.toLowerCase()),
  );
  if (wanted.length === 0) return [];
  const byName = oneOf('name', [...new Set(wanted.map(({ name }) => name))]);
  const definitions = await deps.qrs(site).customPropertyDefinitions(byName, { signal });
  return wanted.flatMap(({ name, value }) => {
    const definition = definitions.find((one) => one.name.toLowerCase() === name.toLowerCase());
    // A row without an id is a new one (QRS facts, section 2).
    return definition
      ? [{ value, definition: { id: definition.id, name: definition.name } } as QrsCustomPropertyValue]
      : [];
  });
}
