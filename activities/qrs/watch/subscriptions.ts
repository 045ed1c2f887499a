import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { callbackToken, callbackUrl } from '../../../common/callback-url.ts';
import { rememberSecret } from '../../../common/known-secrets.ts';
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
  // A site that refuses a subscription may quote the address.
  rememberSecret(callbackToken(secret, site));
  let restarted = false;
  for (const kind of KINDS) {
    const url = callbackUrl(listener.publicUrl, secret, site, kind);
    const handle = await subscribe(deps, site, kind, url);
    const { formerHandles = [] } = await change(deps, site, (memory) =>
      handle === undefined ? memory : withHandle(memory, kind, handle),
    );
    for (const former of formerHandles) {
      const outcome = await deps.qrs(site).deleteSubscription(former, { signal });
      restarted ||= outcome === 'unknown';
      await change(deps, site, (memory) => withoutFormer(memory, former));
    }
  }
  return { restarted };
}

/** Gives back what a site was asked to tell, once it is only polled. Safe to repeat. */
export async function giveBackSubscriptions(deps: ActivityDependencies, { site }: { site: string }): Promise<void> {
  const { signal } = attemptContext();
  const known = await deps.ledger.getSiteMemory<SiteMemory>(site);
  if (!known) return;
  const { handles = {}, formerHandles = [] } = known.memory;
  for (const handle of new Set([...Object.values(handles), ...formerHandles])) {
    await deps.qrs(site).deleteSubscription(handle, { signal });
    await deps.ledger.updateSiteMemory<SiteMemory>(site, (now) => withoutHandle(now ?? known.memory, handle));
  }
}

function withoutHandle(memory: SiteMemory, handle: string): SiteMemory {
  const kept = Object.entries(memory.handles ?? {}).filter(([, one]) => one !== handle);
  return withoutFormer({ ...memory, handles: Object.fromEntries(kept) }, handle);
}

/**
 * The handle of a new subscription. A site may refuse one like another that stands (QRS facts, section 1): then the known
 * one goes first. If it still refuses, one whose own reply was lost stands and calls us: that is what is wanted.
 */
async function subscribe(
  deps: ActivityDependencies,
  site: string,
  kind: (typeof KINDS)[number],
  url: string,
): Promise<string | undefined> {
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  const request = { name: 'App', changeType: kind, url };
  const created = await client.createSubscription(request, { signal }).catch(undefinedIfConflict);
  if (created !== undefined) return created;
  const known = (await siteMemoryOf(deps, site, signal)).handles?.[kind];
  if (known === undefined) return undefined;
  await client.deleteSubscription(known, { signal });
  await change(deps, site, (memory) => ({ ...memory, handles: withoutKind(memory, kind) }));
  return client.createSubscription(request, { signal }).catch(undefinedIfConflict);
}

function undefinedIfConflict(error: unknown): undefined {
  if (isWaybillError(error) && error.code === 'WAYBILL_QRS_CONFLICT') return undefined;
  throw error;
}

function withoutKind({ handles = {} }: SiteMemory, kind: string): Record<string, string> {
  const { [kind]: _gone, ...others } = handles;
  return others;
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
