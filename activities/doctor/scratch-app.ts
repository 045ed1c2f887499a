import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Finding, look, ok, siteSubject, skipped } from '../../common/finding.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { and, eq, lt } from '../qrs/client/filter.ts';
import type { QrsApp } from '../qrs/client/types.ts';
import { lookSeveralTimes } from '../qrs/look-several-times.ts';
import { deleteApp } from '../qrs/proven-writes.ts';
import { stagingName } from '../qrs/staging-name.ts';
import { findingOfError } from './finding-of-error.ts';

/** An app is looked for below the first of these sizes, then below the next: a list of all apps of a site is long. */
const SIZES_BYTES = [1_000_000, 16_000_000] as const;
/** More than this is not held in memory: without its data, an app is far smaller. */
const MOST_BYTES = 16_000_000;

/** What the scratch app proved. */
export interface ScratchLook {
  readonly finding: Finding;
  /** Of the app that was made and is gone again. */
  readonly appId?: string;
}

/**
 * Proves the rights of Waybill's account with what a promotion does: exports the smallest app of the site without its
 * data, uploads it under a staging name, changes it, deletes it and sees that it is gone. Publishing and replacing are not
 * tried: people would see them. One that is left behind by a crash is removed by the sweep of staging apps.
 */
export async function proveRights(deps: ActivityDependencies, site: string): Promise<ScratchLook> {
  const about = ['site.rights', siteSubject(site)] as const;
  const other = `Make a small app on site "${site}", publish it, and run doctor again.`;
  const trial: Trial = {};
  try {
    trial.source = await smallestApp(deps, site);
    if (!trial.source) {
      const what = 'It shows no app that a scratch app could be made of: nothing was proven.';
      return { finding: skipped(about, what, other) };
    }
    const { name } = trial.source;
    const bytes = await exported(deps, site, trial.source);
    if (!bytes) return { finding: look(about, `"${name}" is too large to try with: nothing was proven.`, other) };
    await makeAndRemove(deps, site, bytes, trial);
    const what = `"${name}" was exported, and uploaded as a scratch app that was changed and deleted again. Publishing and replacing were not tried.`;
    return { finding: ok(about, what), appId: trial.appId };
  } catch (error) {
    return { finding: withNames(findingOfError(deps, about, error), trial) };
  }
}

/** How far it came. */
interface Trial {
  /** What the scratch app is made of. */
  source?: QrsApp | undefined;
  appId?: string;
  /** Its name, where it may stand there still. */
  left?: string;
}

/** A published one where there is one: it is whole, and nobody's private work. */
async function smallestApp(deps: ActivityDependencies, site: string): Promise<QrsApp | undefined> {
  const { signal } = attemptContext();
  const filters = SIZES_BYTES.flatMap((bytes) => [
    and(eq('published', true), lt('fileSize', bytes)),
    and(eq('published', false), lt('fileSize', bytes)),
  ]);
  for (const filter of filters) {
    const found = await deps.qrs(site).getApps(filter, { signal });
    const [smallest] = found.toSorted((a, b) => a.fileSize - b.fileSize || (a.id < b.id ? -1 : 1));
    if (smallest) return smallest;
  }
  return undefined;
}

/** The bytes of an app without its data; undefined for one that is larger than is held in memory. */
async function exported(deps: ActivityDependencies, site: string, app: QrsApp): Promise<Buffer | undefined> {
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  const exportScope = app.published ? 'approved' : 'all';
  const { downloadPath } = await client.startExport(app.id, randomUUID(), { skipData: true, exportScope, signal });
  const { stream } = await client.download(downloadPath, { signal });
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) return undefined;
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
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
function withNames(finding: Finding, { source, appId, left }: Trial): Finding {
  const names = [
    [source?.id, `"${source?.name}"`],
    [appId, '(the scratch app)'],
  ] as const;
  const named = names.reduce((text, [id, name]) => (id ? text.replaceAll(id, name) : text), finding.what);
  const leftText = left ? ` The app ${left} may be left there; it is removed after staging.sweepAfter.` : '';
  return { ...finding, what: named, remedy: `${finding.remedy ?? ''}${leftText}` };
}
