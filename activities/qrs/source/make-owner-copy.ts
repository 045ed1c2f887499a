import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import type { QrsApp, QrsAppObject } from '../client/types.ts';
import { changeApp } from '../proven-writes.ts';
import { makeStagingApp } from '../staged-app.ts';
import { STAGING_PREFIX } from '../staging-name.ts';
import { whyNotWholeCopy } from '../whole-app.ts';
import { COPY_NUMBER, settleCopy } from './owner-copy.ts';
import { storedDecision } from './stored-decision.ts';
import type { SourceCheck } from './unchanged.ts';

/** The owner's copy and the published app, looked at together. */
export interface BothApps {
  readonly copy: QrsApp;
  readonly copied: readonly QrsAppObject[];
  readonly check: SourceCheck;
}

/**
 * The owner's copy of the published app, under its name and in his hands; one whose reply was lost is adopted. `no source`:
 * somebody deleted the app, so that there is nothing to copy.
 */
export async function copyForOwner(
  deps: ActivityDependencies,
  decision: DecisionRecord,
): Promise<QrsApp | 'no source'> {
  const { site, appId } = decision;
  try {
    return await dressAsDecided(deps, decision, await makeCopy(deps, decision));
  } catch (error) {
    const isFinal = isWaybillError(error) && !error.retryable;
    if (!isFinal || (await deps.qrs(site).getApp(appId, { signal: attemptContext().signal }))) throw error;
    await settleCopy(deps, decision, undefined, 'removed');
    return 'no source';
  }
}

function makeCopy(deps: ActivityDependencies, { promotionKey, site, appId }: DecisionRecord): Promise<QrsApp> {
  const { signal } = attemptContext();
  return makeStagingApp(deps, {
    promotionKey,
    site,
    number: COPY_NUMBER,
    purpose: 'unpublish',
    whyNotWhole: (app) => whyNotWholeCopy(deps, site, app, { appId, scope: 'approved' }),
    make: async (name) => ({ app: await deps.qrs(site).copyApp(appId, name, { signal }) }),
  });
}

/** Gives a copy that is new its name and owner as decided; one that has them stays, whatever it is called by now. */
async function dressAsDecided(deps: ActivityDependencies, decision: DecisionRecord, copy: QrsApp): Promise<QrsApp> {
  if (!copy.name.startsWith(STAGING_PREFIX)) return copy;
  const { source } = await storedDecision(deps, decision.promotionKey);
  return dress(deps, decision.site, copy, { name: decision.app.name, ownerId: source.ownerId });
}

/** The copy under the name and owner that the app has now, where somebody changed them since the decision. */
export async function dressAsSource(
  deps: ActivityDependencies,
  { site }: DecisionRecord,
  { copy, check: { source } }: BothApps,
): Promise<QrsApp> {
  if (!source || isDressed(copy, { name: source.app.name, ownerId: source.app.owner.id })) return copy;
  return dress(deps, site, copy, { name: source.app.name, ownerId: source.app.owner.id });
}

interface Dress {
  readonly name: string;
  readonly ownerId: string;
}

/** Name and owner in one write; the copy as it then stands. */
function dress(deps: ActivityDependencies, site: string, copy: QrsApp, wanted: Dress): Promise<QrsApp> {
  const change = (app: QrsApp): QrsApp | undefined => {
    if (isDressed(app, wanted)) return undefined;
    return { ...app, name: wanted.name, owner: { ...app.owner, id: wanted.ownerId } };
  };
  return changeApp(deps, site, copy.id, change, copy);
}

function isDressed({ name, owner }: QrsApp, wanted: Dress): boolean {
  return owner.id === wanted.ownerId && name === wanted.name;
}
