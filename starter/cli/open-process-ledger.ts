import { ledgerPlace } from '../../config/ledger-place.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { openLedgerOf } from './cli-context.ts';
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

/** The ledger of a process that only tells there that it runs; none where it cannot be opened. None is made. */
export async function ledgerInReach({ config, closers, logger }: ProcessContext): Promise<Ledger | undefined> {
  const opening = openLedgerOf(config).catch(({ message: reason }: Error) => {
    logger.info({ reason }, 'The ledger cannot be told of this process, and `waybill doctor` will not see it');
    return undefined;
  });
  closers.defer(async () => (await opening)?.close());
  return opening;
}
