import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { SweepStagingOutcome } from '../watch-types.ts';
import { startsWith } from './client/filter.ts';
import type { AppMemory } from './app-memory.ts';
import type { QrsApp } from './client/types.ts';
import { deleteApp } from './proven-writes.ts';
import { endExports } from './source/take-export.ts';
import { promotionKeyIn, stagingPrefixOf } from './staging-name.ts';

/** The sites on which staging apps can have been left behind. */
export function sitesToSweep(deps: ActivityDependencies): Promise<readonly string[]> {
  const { sources, targets } = deps.config();
  return Promise.resolve([...new Set([...Object.keys(sources), ...Object.keys(targets)])].toSorted());
}

/**
 * Removes this installation's staging apps whose promotion ended long enough ago. A name that the ledger does not
 * know is left until it is old by the site's own date; another installation's is never touched. Ends exports that were
 * begun for what was given up since. Safe to repeat.
 */
export async function sweepStagingOf(
  deps: ActivityDependencies,
  { site }: { site: string },
): Promise<SweepStagingOutcome> {
  const { signal } = attemptContext();
  const prefix = stagingPrefixOf(deps.config().installation.id);
  const found = await deps.qrs(site).getApps(startsWith('name', prefix), { signal });
  let removed = 0;
  let left = 0;
  for (const app of found) {
    if (app.published || !app.name.startsWith(prefix) || !(await isLeftBehind(deps, app))) {
      left += 1;
      continue;
    }
    await deleteApp(deps, site, app.id);
    await noteRemoved(deps, site, app);
    removed += 1;
  }
  await settleOthers(deps, site, new Set(found.map(({ id }) => id)));
  await endLeftExports(deps, site);
  if (removed > 0) deps.logger.info({ site, removed, left }, 'removed staging apps that were left behind');
  return { removed, left };
}

/**
 * Settles what the ledger still has as staged and the site no longer has under a staging name: it is gone, or it bears a
 * person's name. The latter happens where a promotion was given up right after such a write, and is nobody's to remove.
 */
async function settleOthers(deps: ActivityDependencies, site: string, found: ReadonlySet<string>): Promise<void> {
  const { signal } = attemptContext();
  const rows = await deps.ledger.listStagings({ target: site, states: ['open', 'abandoned'] });
  for (const row of rows) {
    if (!row.appId || found.has(row.appId) || !(await hasEndedLongAgo(deps, row.promotionKey))) continue;
    const app = await deps.qrs(site).getApp(row.appId, { signal });
    if (app?.name.startsWith(stagingPrefixOf(deps.config().installation.id))) continue;
    await deps.ledger.upsertStaging({ ...row, state: app ? 'published' : 'removed', closedAtUtc: deps.nowUtc() });
    if (!app) continue;
    const { promotionKey: promotion, purpose } = row;
    deps.logger.warn(
      { site, promotion, app: app.name, appId: app.id, purpose },
      'an app of a promotion that was given up stays',
    );
  }
}

/** Exports that a step had begun when it was given up, and whose end nobody waits for: the site keeps them open. */
async function endLeftExports(deps: ActivityDependencies, site: string): Promise<void> {
  const memories = await deps.ledger.listAppMemories<AppMemory>(site);
  const begun = memories.filter(({ memory }) => (memory.exportTokens ?? []).length > 0);
  if (begun.length === 0 || (await deps.ledger.listDeliveries({ target: site, open: true })).length > 0) return;
  for (const { appId } of begun) {
    const open = await deps.ledger.listPromotions({ site, appId, open: true });
    if (open.length === 0) await endExports(deps, { site, appId, appName: appId });
  }
}

async function hasEndedLongAgo(deps: ActivityDependencies, promotionKey: string): Promise<boolean> {
  const promotion = await deps.ledger.getPromotion(promotionKey);
  return promotion?.endedAtUtc !== undefined && isOld(deps, promotion.endedAtUtc);
}

function isOld({ config, nowUtc }: ActivityDependencies, sinceUtc: string): boolean {
  return Date.parse(nowUtc()) - Date.parse(sinceUtc) >= config().staging.sweepAfterMs;
}

async function isLeftBehind(deps: ActivityDependencies, app: QrsApp): Promise<boolean> {
  const config = deps.config();
  const promotionKey = promotionKeyIn(app.name, config.installation.id) ?? '';
  const promotion = await deps.ledger.getPromotion(promotionKey);
  const since = promotion ? promotion.endedAtUtc : (app.modifiedDate ?? app.createdDate);
  return since !== undefined && isOld(deps, since);
}

async function noteRemoved(deps: ActivityDependencies, site: string, app: QrsApp): Promise<void> {
  const [row] = await deps.ledger.listStagings({ target: site, name: app.name });
  if (row) await deps.ledger.upsertStaging({ ...row, state: 'removed', closedAtUtc: deps.nowUtc() });
}
