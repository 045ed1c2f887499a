import { waybillError } from '../../common/errors/catalogue.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { AppChange } from './client/app-writes.ts';
import type { QrsApp } from './client/types.ts';

/**
 * The app as it stands after a change; what the site answers to the change itself is not believed. Safe to repeat
 * where `change` gives undefined for an app that has it already. `from`: the app as it was just read.
 *
 * @throws WAYBILL_PROMOTION_NOT_DONE when the site shows the app as it was before
 */
export async function changeApp(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  change: AppChange,
  from?: QrsApp,
): Promise<QrsApp> {
  const client = deps.qrs(site);
  const { signal } = attemptContext();
  let readAtUtc: string | undefined;
  const watched: AppChange = (app) => {
    readAtUtc = app.modifiedDate;
    return change(app);
  };
  const { outcome, app } = await client.updateApp(appId, watched, { signal, from });
  if (outcome === 'unchanged') return app;
  const standing = await client.getApp(appId, { signal });
  // Every change gets a new date (QRS facts, section 2); what was changed may read otherwise than it was written.
  const isChanged = standing && (standing.modifiedDate !== readAtUtc || change(standing) === undefined);
  if (!isChanged) throw waybillError('WAYBILL_PROMOTION_NOT_DONE', { site, appId, what: 'changed' });
  return standing;
}

/**
 * Deletes an app and sees that it is gone. Safe to repeat: an app that is not there any more is done.
 *
 * @throws WAYBILL_PROMOTION_NOT_DONE when it is still there
 */
export async function deleteApp(deps: ActivityDependencies, site: string, appId: string): Promise<void> {
  const client = deps.qrs(site);
  const { signal } = attemptContext();
  if ((await client.deleteApp(appId, { signal })) === 'gone') return;
  if (!(await client.getApp(appId, { signal }))) return;
  throw waybillError('WAYBILL_PROMOTION_NOT_DONE', { site, appId, what: 'deleted' });
}
