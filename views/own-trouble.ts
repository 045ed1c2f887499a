import type { LedgerRecord } from '../ledger/records.ts';
import type { Trouble } from '../workflows/contract.ts';

/**
 * The trouble of the promotion's own step (export, version, clean-up) that is not over; `undefined` when there is
 * none. Troubles of deliveries stand in their rows.
 */
export function troubleOfItself(records: readonly LedgerRecord[]): Trouble | undefined {
  const own = records.filter(({ seq }) => /^trouble(-over)?\/source\//.test(seq));
  const last = own.at(-1);
  return last?.type === 'trouble' ? (last.facts as Trouble) : undefined;
}
