import type { SiteMemory } from '../activities/qrs/app-memory.ts';
import { osAccount } from '../config/os-account.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Marks in a ledger that was put back, for each source site, that it was. The first step after the start notices it, also
 * where Temporal was put back with the ledger and would show no difference: from then on decisions that the ledger does
 * not know are held, and none is carried out twice (docs/decisions/0016). The audit trail tells of it too. Safe to repeat:
 * the last mark counts, and the audit trail tells of each.
 */
export async function markRestored(ledger: Ledger, sites: readonly string[], nowUtc: string): Promise<void> {
  for (const site of sites) {
    // A site that the ledger has never seen begins with its first start, which acts on nothing older anyway.
    const known = await ledger.getSiteMemory<SiteMemory>(site);
    if (known)
      await ledger.updateSiteMemory<SiteMemory>(site, (now = known.memory) => ({ ...now, putBackUtc: nowUtc }));
  }
  const by = { account: osAccount(), door: 'cli', asserted: true };
  await ledger.appendAudit({ kind: 'store', type: 'restored', atUtc: nowUtc, by });
}
