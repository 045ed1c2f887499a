import { osAccount } from '../../config/os-account.ts';
import type { TemporalClient } from '../../temporal/connect.ts';
import type { Cli } from './cli-context.ts';
import type { AppMemoryOfRecord, SiteMemoryOfRecord } from '../../views/recorded-shapes.ts';
import { nudge, withTemporal } from '../../temporal/send-order.ts';
import type { StandingDecision } from './standing-decisions.ts';

/**
 * Takes decisions up. Temporal is reached first, so that nothing is written that nobody acts on. The decision is forgotten
 * and counts as new; without a digest the next sweep brings it up again, should the nudge be lost. Safe to repeat.
 */
export async function takeUp({ config, ledger }: Cli, site: string, meant: readonly StandingDecision[]): Promise<void> {
  const released = await restoreOf({ ledger }, site);
  await withTemporal({ config }, async (temporal: TemporalClient) => {
    for (const decision of meant) {
      const { appId, since } = decision;
      await ledger.updateAppMemory<AppMemoryOfRecord>(site, appId, (memory) => {
        if (!memory?.remembered?.baseline) return { ...memory };
        const { remembered: _remembered, digest: _digest, ...rest } = memory;
        return since === 'first-start' ? { ...rest, adopted: true } : { ...rest, released };
      });
      await noteSettled({ ledger }, site, decision, 'adopted');
      await nudge(temporal, config, { site, appId });
    }
  });
}

/** Has decisions count as carried out: nothing is done on them, and only one that is set anew is. Safe to repeat. */
export async function dismiss({ ledger }: Cli, site: string, meant: readonly StandingDecision[]): Promise<void> {
  const released = await restoreOf({ ledger }, site);
  for (const decision of meant) {
    const { appId, promotionKey } = decision;
    const memories = await ledger.getAppMemory<AppMemoryOfRecord>(site, [appId]);
    const remembered = memories.get(appId)?.memory.remembered;
    if (!remembered?.baseline) continue;
    const claim = { kind: 'decision', site, appId, key: remembered.decisionId } as const;
    await ledger.claim({ ...claim, promotionKey: promotionKey ?? `${site}.${appId}` });
    await ledger.closeClaims(claim, 'dismissed');
    await noteSettled({ ledger }, site, decision, 'dismissed');
    await ledger.updateAppMemory<AppMemoryOfRecord>(site, appId, (memory) =>
      memory?.remembered
        ? { ...memory, released, remembered: { ...memory.remembered, baseline: false } }
        : { ...memory },
    );
  }
}

async function restoreOf({ ledger }: Pick<Cli, 'ledger'>, site: string): Promise<string | undefined> {
  return (await ledger.getSiteMemory<SiteMemoryOfRecord>(site))?.memory.restoredUtc;
}

async function noteSettled(
  { ledger }: Pick<Cli, 'ledger'>,
  site: string,
  { appId, promotionKey }: StandingDecision,
  type: 'adopted' | 'dismissed',
): Promise<void> {
  const facts = { by: { account: osAccount(), door: 'cli', asserted: true } };
  const atUtc = new Date().toISOString();
  // The key of the app: the promotion itself has none until its decision is recorded.
  const seq = promotionKey === null ? type : `${type}/${promotionKey}`;
  await ledger.record({ promotionKey: `${site}.${appId}`, seq, type, atUtc, site, appId, facts });
}
