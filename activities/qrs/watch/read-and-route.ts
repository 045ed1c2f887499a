import pLimit from 'p-limit';
import { resumeMails } from '../../ledger/resume-mails.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { paceOf } from '../../pace.ts';
import type { RouteOutcome, SweepOutcome, WatchPlan } from '../../watch-types.ts';
import { openWork } from '../../../ledger/open-work.ts';
import type { AppMemory, SiteMemory } from '../app-memory.ts';
import { eq, gt, oneOf, or, type QrsFilter } from '../client/filter.ts';
import { sourceOf } from '../source-policy.ts';
import { IDLE, routeApps } from './route-apps.ts';
import { siteMemoryOf, siteNow } from './site-memory.ts';
import { giveBackSubscriptions } from './subscriptions.ts';

/** Apps that a sweep did not find and that are read by their ids, in turns. */
const MISSING_A_SWEEP = 50;
const MOST_OPEN = 100_000;
const NUDGES_AT_ONCE = 20;

/**
 * How the site is watched. Asks the site nothing: it may be down. A fresh watch nudges every promotion that the ledger
 * holds open or waiting, has the next sweep nudge every other app that asks for something, and sends the mails that it
 * holds unsent: Temporal may have lost its database, and the ledger can rebuild what it held (design 7).
 */
export async function openWatch(
  deps: ActivityDependencies,
  { site, fresh }: { site: string; fresh: boolean },
): Promise<WatchPlan> {
  const source = sourceOf(deps.config(), site);
  if (fresh) {
    // Before promotions run again: they would not know these from mails of their own.
    await resumeMails(deps, { evenYoung: true });
    await forgetNudges(deps, site);
    await nudgeOpen(deps, site);
  }
  return {
    callbacks: source.watch === 'callback',
    sweepMs: source.sweepMs,
    renewMs: source.renewSubscriptionsMs,
    pace: paceOf(deps.config()),
  };
}

/** After the ledger was put back from a backup: what it holds open may have ended in Temporal, or wait there for long. */
async function startWhatWasOpen(deps: ActivityDependencies, site: string, memory: SiteMemory): Promise<void> {
  const { restoredUtc, resumedUtc } = memory;
  if (restoredUtc === resumedUtc) return;
  await nudgeOpen(deps, site);
  await deps.ledger.updateSiteMemory<SiteMemory>(site, (now) => ({ ...(now ?? memory), resumedUtc: restoredUtc }));
}

/** A nudge that Temporal lost before the first look at the app left nothing in the ledger but that it was given. */
async function forgetNudges({ ledger }: ActivityDependencies, site: string): Promise<void> {
  for (const { appId, memory } of await ledger.listAppMemories<AppMemory>(site)) {
    if (!memory.digest || memory.digest === IDLE) continue;
    await ledger.updateAppMemory<AppMemory>(site, appId, (now) => ({ ...now, digest: undefined }));
  }
}

async function nudgeOpen(deps: ActivityDependencies, site: string): Promise<void> {
  const limit = pLimit(NUDGES_AT_ONCE);
  const open = await openWork(deps.ledger, site);
  await Promise.all(open.map(({ appId }) => limit(() => deps.nudge(site, appId))));
}

/** Re-reads hinted apps in one call and routes them by what they are now. Safe to repeat. */
export async function readAndRoute(
  deps: ActivityDependencies,
  { site, appIds }: { site: string; appIds: readonly string[] },
): Promise<RouteOutcome> {
  const { signal } = attemptContext();
  const memory = await siteMemoryOf(deps, site, signal);
  const apps = await deps.qrs(site).getAppsByIds(appIds, { signal });
  const found = new Set(apps.map((app) => app.id.toLowerCase()));
  const gone = appIds.filter((id) => !found.has(id.toLowerCase()));
  return routeApps(deps, site, memory, apps, gone);
}

/**
 * Finds what no callback told of: apps published or reloaded since the watermark, minus an overlap, and every app
 * that bears a request or the reload tag. Safe to repeat; the watermark moves only when all were routed.
 */
export async function sweepSite(deps: ActivityDependencies, { site }: { site: string }): Promise<SweepOutcome> {
  const { signal } = attemptContext();
  const memory = await siteMemoryOf(deps, site, signal);
  const nowUtc = await siteNow(deps, site, signal);
  await startWhatWasOpen(deps, site, memory);
  const apps = await deps.qrs(site).getApps(sweepFilter(deps, site, memory), { signal });
  const routed = await routeApps(deps, site, memory, apps, []);
  const missing = await lookAfterMissing(deps, site, memory, new Set(apps.map((app) => app.id)));
  const { sweeps = 1 } = await deps.ledger.updateSiteMemory<SiteMemory>(site, (now) => ({
    ...(now ?? memory),
    watermarkUtc: nowUtc,
    missingCursor: missing.cursor,
    sweeps: (now?.sweeps ?? 0) + 1,
  }));
  if (sourceOf(deps.config(), site).watch === 'poll') await stopCallbacks(deps, site);
  return { read: routed.read + missing.read, nudged: routed.nudged + missing.nudged, sweeps };
}

/** A site goes on calling whoever once asked it to. What it does not take back now is tried again by the next sweep. */
async function stopCallbacks(deps: ActivityDependencies, site: string): Promise<void> {
  try {
    await giveBackSubscriptions(deps, { site });
  } catch (err) {
    if (attemptContext().signal.aborted) throw err;
    deps.logger.warn({ site, err }, 'a subscription of this site, which is polled now, could not be given back');
  }
}

function sweepFilter(deps: ActivityDependencies, site: string, memory: SiteMemory): QrsFilter {
  const source = sourceOf(deps.config(), site);
  const since = new Date(Date.parse(memory.watermarkUtc) - source.overlapMs);
  const { approval, reload, server } = source.properties;
  const { enabled, tag } = source.promoteOnReload;
  const names = enabled ? [approval, server, reload] : [approval, server];
  const reloads = enabled ? [gt('lastReloadTime', since), eq('tags.name', tag)] : [];
  return or(gt('publishTime', since), ...reloads, oneOf('customProperties.definition.name', names));
}

/**
 * Reads some of the apps that the sweep should have found and did not, the next ones each time: one that was deleted
 * or lost its request waits no more, and an approval that is gone has to be seen gone, or the next one counts as the
 * same.
 */
async function lookAfterMissing(
  deps: ActivityDependencies,
  site: string,
  memory: SiteMemory,
  seen: ReadonlySet<string>,
): Promise<RouteOutcome & { cursor?: string }> {
  const waiting = await deps.ledger.listAwaiting({ site, limit: MOST_OPEN });
  const memories = await deps.ledger.listAppMemories<AppMemory>(site);
  const decided = memories.filter(({ memory: { remembered } }) => remembered && !remembered.absentSeen);
  const ids = new Set([...waiting, ...decided].map((row) => row.appId));
  const unseen = [...ids].filter((id) => !seen.has(id)).toSorted();
  if (unseen.length === 0) return { read: 0, nudged: 0 };
  const after = unseen.findIndex((id) => id > (memory.missingCursor ?? ''));
  const turn = unseen.slice(Math.max(0, after), Math.max(0, after) + MISSING_A_SWEEP);
  const outcome = await readAndRoute(deps, { site, appIds: turn });
  return { ...outcome, cursor: turn.at(-1) };
}
