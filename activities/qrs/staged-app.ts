import { waybillError } from '../../common/errors/catalogue.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { StagingState } from '../../ledger/stagings.ts';
import type { QrsApp } from './client/types.ts';
import { lookSeveralTimes } from './look-several-times.ts';
import { deleteApp } from './proven-writes.ts';
import { stagingName } from './staging-name.ts';

/** An app to be made under a staging name. */
export interface StagingPlan {
  readonly promotionKey: string;
  readonly site: string;
  readonly number: number;
  readonly purpose: 'upload' | 'copy' | 'unpublish';
  /** Why an app that bears the name is not whole, so that it is removed and made anew; empty when it is. */
  readonly whyNotWhole: (app: QrsApp) => Promise<readonly string[]>;
  readonly make: (name: string) => Promise<MadeApp>;
}

export interface MadeApp {
  /** As the answer to the making of it showed it. */
  readonly app: QrsApp;
  /** The site was asked since, and has it. */
  readonly isSeen?: boolean;
}

/**
 * The staging app as the site shows it, made by this attempt or adopted from one whose reply was lost (design 4). Before a
 * repeat, the name is looked for several times, because the repository lags behind its own writes. One that was
 * published already, by a run that Temporal has lost, is the one.
 */
export async function makeStagingApp(deps: ActivityDependencies, plan: StagingPlan): Promise<QrsApp> {
  const { promotionKey, site, number, purpose } = plan;
  const name = stagingName(deps.config().installation.id, promotionKey, site, number);
  const row = { promotionKey, target: site, n: number, name, purpose };
  const known = await deps.ledger.getStaging({ promotionKey, target: site, n: number });
  const standing = known?.appId ? await read(deps, site, known.appId) : undefined;
  if (known && standing?.published) await deps.ledger.upsertStaging({ ...row, appId: standing.id, state: 'published' });
  if (known && standing && (standing.published || isKnownById(plan, known.state))) return standing;
  if (!known) await deps.ledger.upsertStaging({ ...row, state: 'intended' });
  const adopted = known || attemptContext().attempt > 1 ? await adopt(deps, plan, name) : undefined;
  const app = adopted ?? (await make(deps, plan, name));
  await deps.ledger.upsertStaging({ ...row, appId: app.id, state: 'open' });
  return app;
}

/** One that may bear another name by now: what was published, and the owner's copy, which gets his name first of all. */
function isKnownById({ purpose }: StagingPlan, state: StagingState): boolean {
  return state === 'published' || (purpose === 'unpublish' && state === 'open');
}

function read(deps: ActivityDependencies, site: string, appId: string): Promise<QrsApp | undefined> {
  return deps.qrs(site).getApp(appId, { signal: attemptContext().signal });
}

/** A new app that the site really has. @throws WAYBILL_PROMOTION_NOT_DONE */
async function make(deps: ActivityDependencies, plan: StagingPlan, name: string): Promise<QrsApp> {
  const { site } = plan;
  const made = await plan.make(name);
  const app = made.isSeen ? made.app : await read(deps, site, made.app.id);
  if (app) return app;
  throw waybillError('WAYBILL_PROMOTION_NOT_DONE', { site, appId: made.app.id, what: 'made' });
}

async function adopt(deps: ActivityDependencies, plan: StagingPlan, name: string): Promise<QrsApp | undefined> {
  const { signal } = attemptContext();
  return lookSeveralTimes(deps, async () => {
    const found = await deps.qrs(plan.site).findAppsByName(name, { signal });
    const staged = found.filter((app) => !app.published);
    const whole = await findWhole(plan, staged);
    for (const app of staged) if (app !== whole) await deleteApp(deps, plan.site, app.id);
    return whole;
  });
}

async function findWhole(plan: StagingPlan, found: readonly QrsApp[]): Promise<QrsApp | undefined> {
  for (const app of found) if ((await plan.whyNotWhole(app)).length === 0) return app;
  return undefined;
}
