import pLimit from 'p-limit';
import { accountOf, fold, type AppFacts } from '../../../rules/app-facts.ts';
import { asFirstSeen } from '../../../rules/first-seen.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { digestOf } from '../../digest.ts';
import type { RouteOutcome } from '../../watch-types.ts';
import { toAppFacts } from '../app-facts.ts';
import type { AppMemory, SiteMemory, StandingDecision } from '../app-memory.ts';
import type { QrsApp } from '../client/types.ts';
import { requestOf, sourceOf } from '../source-policy.ts';
import { readSourceContent, type SourceApp } from '../source/read-source.ts';
import { remember, rememberAbsence } from '../source/record-decision.ts';
import { STAGING_PREFIX } from '../staging-name.ts';

/** Nudges and ledger writes at the same time. */
const AT_ONCE = 20;
/** What an app that asks for nothing is remembered with. */
export const IDLE = 'idle';

/**
 * Nudges the promotions of apps whose state differs from what they were last nudged for (design 3.2). `gone` are ids
 * that the site no longer has. Safe to repeat: the state is remembered after the nudge.
 */
export async function routeApps(
  deps: ActivityDependencies,
  site: string,
  memory: SiteMemory,
  apps: readonly QrsApp[],
  gone: readonly string[],
): Promise<RouteOutcome> {
  const memories = await deps.ledger.getAppMemory<AppMemory>(site, [...apps.map((app) => app.id), ...gone]);
  const limit = pLimit(AT_ONCE);
  const routed = await Promise.all([
    ...apps
      .filter((app) => !app.name.startsWith(STAGING_PREFIX))
      .map((app) => limit(() => routeOne(deps, site, memory, toAppFacts(app), memories.get(app.id)?.memory))),
    ...gone.map((appId) => limit(() => routeGone(deps, site, appId, memories.get(appId)?.memory))),
  ]);
  return { read: apps.length, nudged: routed.filter(Boolean).length };
}

async function routeOne(
  deps: ActivityDependencies,
  site: string,
  siteMemory: SiteMemory,
  app: AppFacts,
  memory: AppMemory | undefined,
): Promise<boolean> {
  const digest = verdictDigest(deps, site, siteMemory, app);
  if (digest === (memory?.digest ?? IDLE)) return false;
  const { approval, approvalRows } = requestOf(deps.config(), site, app);
  if (approval === 'none' && memory?.remembered && !memory.remembered.absentSeen)
    await rememberAbsence(deps, site, app.id);
  const isUnknown = !memory?.remembered && !memory?.adopted;
  if (isUnknown && approvalRows.some((row) => row.modifiedUtc <= siteMemory.firstStartUtc)) {
    await rememberStanding(deps, site, app.id);
  }
  const waits = digest !== IDLE || (await deps.ledger.getAwaiting(site, app.id)) !== undefined;
  if (waits) await deps.nudge(site, app.id);
  await deps.ledger.updateAppMemory<AppMemory>(site, app.id, (now) => {
    const rows = asFirstSeen(app.rows, now?.rows ?? []);
    return { ...now, digest, rows };
  });
  return waits;
}

/** An app that is gone matters only to a promotion that waits for it; its approval is gone with it. */
async function routeGone(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  memory: AppMemory | undefined,
): Promise<boolean> {
  if (memory?.remembered && !memory.remembered.absentSeen) await rememberAbsence(deps, site, appId);
  if (!memory?.digest || memory.digest === IDLE) return false;
  const waits = (await deps.ledger.getAwaiting(site, appId)) !== undefined;
  if (waits) await deps.nudge(site, appId);
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (now) => ({ ...now, digest: IDLE }));
  return waits;
}

/** Everything about an app that can change what it asks for; `idle` for an app that asks for nothing. */
function verdictDigest(deps: ActivityDependencies, site: string, { firstStartUtc }: SiteMemory, app: AppFacts): string {
  const { promoteOnReload } = sourceOf(deps.config(), site);
  const request = requestOf(deps.config(), site, app);
  const tagged = promoteOnReload.enabled && app.tags.some((tag) => fold(tag) === fold(promoteOnReload.tag));
  const standing = promoteOnReload.enabled && request.reloadRows.length > 0;
  const published = app.stream && app.publishedAtUtc && app.publishedAtUtc > firstStartUtc ? app.publishedAtUtc : '';
  const rows = app.stream ? request.rows.map((row) => [row.id, row.name, row.value].join('\n')).toSorted() : [];
  if (!tagged && !published && rows.length === 0) return IDLE;
  return digestOf([published, app.stream?.id, rows, tagged, standing ? app.reloadedAtUtc : '']).slice(0, 32);
}

/** A decision that stood before the first start is known, so that it is never taken for a new one. */
async function rememberStanding(deps: ActivityDependencies, site: string, appId: string): Promise<void> {
  const source = await readSourceContent(deps, site, appId);
  const { approval = 'none', targets = [] } = source?.request ?? {};
  if (!source || (approval !== 'approve' && approval !== 'deny')) return;
  const decisionId = `standing ${source.revisionKey}`;
  await remember(deps, site, source, { decisionId, verdict: approval, targets, stale: false, baseline: true });
  const standing = standingOf(source);
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (memory) => ({ ...memory, standing }));
  deps.logger.info({ site, app: source.app.name }, 'a decision older than the first start is left alone');
}

function standingOf({ app, request }: SourceApp): StandingDecision {
  const row = request.approvalRows.toSorted((a, b) => (a.modifiedUtc < b.modifiedUtc ? -1 : 1)).at(-1);
  return {
    appName: app.name,
    owner: accountOf(app.owner),
    streamName: app.stream?.name,
    decidedBy: row?.modifiedBy ?? '',
    decidedAtUtc: row?.modifiedUtc ?? '',
  };
}
