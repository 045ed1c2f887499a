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
 * means that the repository restarted and forgot. Safe to repeat: at worst a callback comes twice. A handle is
 * written down before the old one goes, so that only one whose own reply was lost is ever left behind.
 */
export async function renewSubscriptions(
  deps: ActivityDependencies,
  { site }: { site: string },
): Promise<{ restarted: boolean }> {
  const { signal } = attemptContext();
  await siteMemoryOf(deps, site, signal);
  const { installation, listener } = deps.config();
  const secret = await installation.secret.resolve();
  let restarted = false;
  for (const kind of KINDS) {
    const url = callbackUrl(listener.publicUrl, secret, site, kind);
    const handle = await deps.qrs(site).createSubscription({ name: 'App', changeType: kind, url }, { signal });
    const { formerHandles = [] } = await change(deps, site, (memory) => withHandle(memory, kind, handle));
    for (const former of formerHandles) {
      const outcome = await deps.qrs(site).deleteSubscription(former, { signal });
      restarted ||= outcome === 'unknown';
      await change(deps, site, (memory) => withoutFormer(memory, former));
    }
  }
  return { restarted };
}

function withHandle(memory: SiteMemory, kind: string, handle: string): SiteMemory {
  const old = memory.handles?.[kind];
  const former = [...(memory.formerHandles ?? []), ...(old ? [old] : [])].filter((one) => one !== handle);
  return { ...memory, handles: { ...memory.handles, [kind]: handle }, formerHandles: [...new Set(former)] };
}

function withoutFormer(memory: SiteMemory, former: string): SiteMemory {
  return { ...memory, formerHandles: memory.formerHandles?.filter((one) => one !== former) };
}

async function change(
  deps: ActivityDependencies,
  site: string,
  how: (memory: SiteMemory) => SiteMemory,
): Promise<SiteMemory> {
  const { signal } = attemptContext();
  const first = await siteMemoryOf(deps, site, signal);
  return deps.ledger.updateSiteMemory<SiteMemory>(site, (now) => how(now ?? first));
}
