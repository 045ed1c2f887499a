import type { ActivityDependencies } from '../../dependencies.ts';
import type { SiteMemory } from '../app-memory.ts';

/**
 * What is remembered of a source site; made at the first start, which acts on nothing older than itself (design 3.8).
 * Times are the site's own clock, where its replies tell it. Notices a ledger that was put back from a backup.
 */
export async function siteMemoryOf(deps: ActivityDependencies, site: string, signal: AbortSignal): Promise<SiteMemory> {
  const standing = await deps.ledger.getSiteMemory<SiteMemory>(site);
  if (standing) return noticeRestore(deps, site, standing.memory, signal);
  const nowUtc = await siteNow(deps, site, signal);
  const first: SiteMemory = { firstStartUtc: nowUtc, watermarkUtc: nowUtc };
  deps.logger.info({ site, firstStartUtc: nowUtc }, 'first start at this site: nothing older is acted on');
  return deps.ledger.updateSiteMemory<SiteMemory>(site, (memory) => memory ?? first);
}

/**
 * The number of sweeps only rises: one that is lower than what this process has seen, or than the watch told Temporal,
 * means that the ledger was put back from a backup. So does the mark of `waybill restore`, which tells it also where
 * Temporal's database was put back with the ledger, or is empty. From then on a decision that is older than this moment and not known
 * to the ledger is nothing new: it may have been carried out (docs/decisions/0016).
 */
async function noticeRestore(
  deps: ActivityDependencies,
  site: string,
  memory: SiteMemory,
  signal: AbortSignal,
): Promise<SiteMemory> {
  const { sweeps = 0, lostSweeps = 0, putBackUtc } = memory;
  const seen = deps.sweepsSeen.get(site) ?? 0;
  if (sweeps >= seen) deps.sweepsSeen.set(site, sweeps);
  if (putBackUtc === undefined && (sweeps >= seen || lostSweeps >= seen)) return memory;
  const restoredUtc = await siteNow(deps, site, signal);
  deps.logger.warn(
    { site, sweepsInLedger: sweeps, sweepsSeen: seen, putBackUtc },
    'the ledger was put back from a backup: decisions that it does not know are held; see `waybill adopt`',
  );
  return deps.ledger.updateSiteMemory<SiteMemory>(site, (now = memory) => {
    // Another step noticed the mark in between: one restore is one moment.
    if (now.putBackUtc !== putBackUtc) return now;
    return { ...now, restoredUtc, lostSweeps: Math.max(seen, lostSweeps), putBackUtc: undefined };
  });
}

/** The site's clock; this host's where the site tells none. */
export async function siteNow(deps: ActivityDependencies, site: string, signal: AbortSignal): Promise<string> {
  const siteTime = await deps.qrs(site).siteTimeUtc({ signal });
  return siteTime ?? deps.nowUtc();
}
