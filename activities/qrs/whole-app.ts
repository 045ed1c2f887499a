import type { ObjectFacts } from '../../rules/revision.ts';
import { whyNotWhole } from '../../rules/verify.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Artifact } from '../promotion-types.ts';
import { toObjectFacts } from './app-facts.ts';
import type { QrsApp, QrsAppObject } from './client/types.ts';
import { comparableSize } from './comparable-size.ts';
import { lookSeveralTimes } from './look-several-times.ts';

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
  const reasons = whyNotWhole(
    { sizeBytes: await comparableSize(deps, site, artifact), objects: sentObjects(artifact) },
    { sizeBytes: app.fileSize, objects: objects.map(toObjectFacts) },
  );
  return { reasons, objects };
}

/**
 * Which objects of the file an upload lacks, looked at several times: a repository lists them later than it answers. Empty
 * when it has all, or when nobody can tell: what is in the file is not known, or the site lists nothing at all of an app
 * that it has, as before it is published.
 */
export async function whatUploadLacks(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  artifact: Artifact,
): Promise<readonly string[]> {
  const { signal } = attemptContext();
  const sent = sentObjects(artifact);
  if (sent.length === 0) return [];
  let lacks: readonly string[] = [];
  let listed = 0;
  await lookSeveralTimes(deps, async () => {
    const objects = await deps.qrs(site).getAppObjects(appId, { signal, scope: 'all' });
    listed = objects.length;
    lacks = whyNotWhole({ sizeBytes: 0, objects: sent }, { sizeBytes: 0, objects: objects.map(toObjectFacts) });
    return lacks.length === 0 || undefined;
  });
  if (listed > 0) return lacks;
  return (await deps.qrs(site).getApp(appId, { signal })) ? [] : ['it is not there'];
}

function sentObjects({ objects }: Artifact): ObjectFacts[] {
  return objects.flatMap(({ type, count }) =>
    Array.from({ length: count }, () => ({ ...NO_OBJECT, objectType: type })),
  );
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
