import type { ActivityDependencies } from '../dependencies.ts';
import type { DeliveryOutcome } from '../promotion-types.ts';

/** Writes down how a delivery ended. Safe to repeat. */
export async function noteEnd(
  { ledger, nowUtc }: ActivityDependencies,
  promotionKey: string,
  outcome: DeliveryOutcome,
): Promise<void> {
  const { site, state, items } = outcome;
  const atUtc = nowUtc();
  const ended = { state, items, trouble: null, waitingSinceUtc: null, endedAtUtc: atUtc };
  await ledger.upsertDelivery({ promotionKey, target: site, ...ended });
  const seq = `deliver/${site}/${state}`;
  await ledger.record({ promotionKey, seq, type: state, atUtc, site, facts: outcome });
}
