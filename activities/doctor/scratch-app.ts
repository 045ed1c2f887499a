import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { lookSeveralTimes } from '../qrs/look-several-times.ts';
import { deleteApp } from '../qrs/proven-writes.ts';
import { stagingName } from '../qrs/staging-name.ts';
import { findingOfError } from './finding-of-error.ts';
import { exportedTrial, findTrialApp, type TrialApp } from './trial-file.ts';

/** What the scratch app proved. */
export interface ScratchLook {
  readonly finding: Finding;
  /** Of the app that was made and is gone again. */
  readonly appId?: string;
}

/**
 * Proves the rights of Waybill's account with what a promotion does: exports a small app without its data, uploads it under
 * a staging name, changes it, deletes it and sees that it is gone. Publishing and replacing are not tried: people would see
 * them. One that is left behind by a crash is removed by the sweep of staging apps.
 */
export async function proveRights(deps: ActivityDependencies, site: string): Promise<ScratchLook> {
  const about = ['site.rights', siteSubject(site)] as const;
  const other = `Make a small app on site "${site}", publish it, and run doctor again. Where it has apps, ask its administrator to let the account of sites.${site}.user see them.`;
  const trial: Trial = {};
  try {
    trial.source = await findTrialApp(deps, site);
    if (!trial.source) {
      const what = 'It shows no app that a scratch app could be made of: nothing was proven.';
      return { finding: look(about, what, other) };
    }
    const name = nameOf(trial.source, site);
    const bytes = await exportedTrial(deps, trial.source);
    if (!bytes) return { finding: look(about, `${name} is too large to try with: nothing was proven.`, other) };
    await makeAndRemove(deps, site, bytes, trial);
    const what = `${name} was exported, and uploaded as a scratch app that was changed and deleted again. Publishing and replacing were not tried.`;
    return { finding: ok(about, what), appId: trial.appId };
  } catch (error) {
    return { finding: withNames(findingOfError(deps, about, error), site, trial) };
  }
}

function nameOf({ site: from, app }: TrialApp, site: string): string {
  return from === site ? `"${app.name}"` : `"${app.name}" of ${from}`;
}

/** How far it came. */
interface Trial {
  /** What the scratch app is made of. */
  source?: TrialApp | undefined;
  appId?: string;
  /** Its name, where it may stand there still. */
  left?: string;
}

/** Whatever fails, it sees to it that no app of the name is left. */
async function makeAndRemove(deps: ActivityDependencies, site: string, bytes: Buffer, trial: Trial): Promise<void> {
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  const name = stagingName(deps.config().installation.id, `doctor-${randomUUID().slice(0, 8)}`, site, 1);
  try {
    const body = Readable.from([bytes]);
    const upload = { name, body, sizeBytes: bytes.length, excludeConnections: true };
    const { id } = await client.uploadApp(upload, { signal });
    trial.appId = id;
    const description = 'Made by `waybill doctor`, which removes it at once.';
    await client.updateApp(id, (app) => ({ ...app, description }), { signal });
    await deleteApp(deps, site, id);
  } catch (error) {
    if (!(await isRemoved(deps, site, name, mayLag(error)))) trial.left = name;
    throw error;
  }
}

/** An app that the site made although no reply came is found by its name only after a while. */
function mayLag(error: unknown): boolean {
  return isWaybillError(error) && (error as WaybillError).facts.mayHaveTakenEffect === true;
}

/** Sees to it that no app of the name is left: the reply to an upload may have been lost, so that only the name tells. */
async function isRemoved(deps: ActivityDependencies, site: string, name: string, lags: boolean): Promise<boolean> {
  try {
    const find = async () => {
      const found = await deps.qrs(site).findAppsByName(name);
      return found.length > 0 ? found : undefined;
    };
    const left = lags ? await lookSeveralTimes(deps, find) : await find();
    for (const { id } of left ?? []) await deleteApp(deps, site, id);
    return (await find()) === undefined;
  } catch (err) {
    deps.logger.warn({ site, app: name, err }, 'The scratch app of doctor may be left; the sweep removes it');
    return false;
  }
}

/** People know an app by its name; what may be left of it is told. */
function withNames(finding: Finding, site: string, { source, appId, left }: Trial): Finding {
  const names = [
    [source?.app.id, source && nameOf(source, site)],
    [appId, '(the scratch app)'],
  ] as const;
  const named = names.reduce((text, [id, name]) => (id && name ? text.replaceAll(id, name) : text), finding.what);
  const leftText = left ? ` The app ${left} may be left there; it is removed after staging.sweepAfter.` : '';
  return { ...finding, what: named, remedy: `${finding.remedy ?? ''}${leftText}` };
}
