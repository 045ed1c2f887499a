import { ledgerPlace } from '../../config/ledger-place.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import type { ProcessContext } from './run-process.ts';

/**
 * The ledger of a process that works with it: made or brought to the newest schema where needed, closed when the
 * process ends.
 * @throws as `openLedger`; WAYBILL_CONFIG_SECRET_MISSING
 */
export async function openProcessLedger({ config, closers }: ProcessContext): Promise<Ledger> {
  const ledger = await openLedger(await ledgerPlace(config.ledger));
  closers.defer(() => ledger.close());
  return ledger;
}
