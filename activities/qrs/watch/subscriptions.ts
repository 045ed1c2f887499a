import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { callbackUrl } from '../../../common/callback-url.ts';
import type { SiteMemory } from '../app-memory.ts';
import { siteMemoryOf } from './site-memory.ts';

/**
 * What QRS is asked to tell. One unfiltered update covers publish, reload and properties: custom properties cannot
 * be targeted (QRS facts, section 1), and what an app is now decides anyway.
 */
const KINDS = ['update', 'delete'] as const;

/**
 * Renews the callbacks: creates each anew, then deletes the old handle unless it is the same. An unknown old handle
 * means that the repository restarted and forgot. Safe to repeat: at worst a callback comes twice.
 */
export async function renewSubscriptions(
  deps: ActivityDependencies,
  { site }: { site: string },
): Promise<{ restarted: boolean }> {
  const { signal } = attemptContext();
  const memory = await siteMemoryOf(deps, site, signal);
  const { installation, listener } = deps.config();
  const secret = await installation.secret.resolve();
  let restarted = false;
  for (const kind of KINDS) {
    const url = callbackUrl(listener.publicUrl, secret, site, kind);
    const handle = await deps.qrs(site).createSubscription({ name: 'App', changeType: kind, url }, { signal });
    const old = memory.handles?.[kind];
    if (old && old !== handle) {
      const outcome = await deps.qrs(site).deleteSubscription(old, { signal });
      restarted ||= outcome === 'unknown';
    }
    await deps.ledger.updateSiteMemory<SiteMemory>(site, (now) => ({
      ...(now ?? memory),
      handles: { ...now?.handles, [kind]: handle },
    }));
  }
  return { restarted };
}
