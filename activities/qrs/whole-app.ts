import { whyNotWhole } from '../../rules/verify.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Artifact } from '../promotion-types.ts';
import { toObjectFacts } from './app-facts.ts';
import type { QrsApp, QrsAppObject } from './client/types.ts';
import { comparableSize } from './comparable-size.ts';

const NO_OBJECT = { engineObjectId: '', name: '', modifiedUtc: '', contentHash: '', sizeBytes: 0 };

/** Why an app does not hold all that was uploaded; empty when it does. Sizes count only where they can be compared. */
export async function whyNotWholeUpload(
  deps: ActivityDependencies,
  site: string,
  app: QrsApp,
  artifact: Artifact,
): Promise<readonly string[]> {
  return (await lookAtUpload(deps, site, app, artifact)).reasons;
}

/** The same with the objects that were read for it. */
export async function lookAtUpload(
  deps: ActivityDependencies,
  site: string,
  app: QrsApp,
  artifact: Artifact,
): Promise<{ readonly reasons: readonly string[]; readonly objects: readonly QrsAppObject[] }> {
  const { signal } = attemptContext();
  const objects = await deps.qrs(site).getAppObjects(app.id, { signal, scope: 'all' });
  const sent = artifact.objects.flatMap(({ type, count }) =>
    Array.from({ length: count }, () => ({ ...NO_OBJECT, objectType: type })),
  );
  const reasons = whyNotWhole(
    { sizeBytes: await comparableSize(deps, site, artifact), objects: sent },
    { sizeBytes: app.fileSize, objects: objects.map(toObjectFacts) },
  );
  return { reasons, objects };
}

/**
 * Why a copy does not hold all that it was made from; empty when it does. A copy of a published app carries what is
 * approved there, one of an unpublished app everything (QRS facts, section 6).
 */
export async function whyNotWholeCopy(
  deps: ActivityDependencies,
  site: string,
  copy: QrsApp,
  from: { readonly appId: string; readonly scope: 'approved' | 'all' },
): Promise<readonly string[]> {
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  const [originals, copied] = await Promise.all([
    client.getAppObjects(from.appId, { signal, scope: from.scope }),
    client.getAppObjects(copy.id, { signal, scope: 'all' }),
  ]);
  return whyNotWhole(
    { sizeBytes: 0, objects: originals.map(toObjectFacts) },
    { sizeBytes: 0, objects: copied.map(toObjectFacts) },
  );
}
