import type { ActivityDependencies } from '../../dependencies.ts';
import type { SiteMemory } from '../app-memory.ts';

/**
 * What is remembered of a source site; made at the first start, which acts on nothing older than itself (design 3.8).
 * Times are the site's own clock, where its replies tell it.
 */
export async function siteMemoryOf(deps: ActivityDependencies, site: string, signal: AbortSignal): Promise<SiteMemory> {
  const standing = await deps.ledger.getSiteMemory<SiteMemory>(site);
  if (standing) return standing.memory;
  const nowUtc = await siteNow(deps, site, signal);
  const first: SiteMemory = { firstStartUtc: nowUtc, watermarkUtc: nowUtc };
  deps.logger.info({ site, firstStartUtc: nowUtc }, 'first start at this site: nothing older is acted on');
  return deps.ledger.updateSiteMemory<SiteMemory>(site, (memory) => memory ?? first);
}

/** The site's clock; this host's where the site tells none. */
export async function siteNow(deps: ActivityDependencies, site: string, signal: AbortSignal): Promise<string> {
  const siteTime = await deps.qrs(site).siteTimeUtc({ signal });
  return siteTime ?? deps.nowUtc();
}
