import { waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import type { ResolveRequest } from '../workflows/contract.ts';
import { type AppOfSite, isNotRunning, nudge, type OrderOptions, sendResolve, withTemporal } from './send-order.ts';

/** What an order is given to. */
export interface Addressee {
  readonly app: AppOfSite;
  readonly workflowId: string;
  /** The app waits for a decision: there is no promotion yet. */
  readonly isWaiting: boolean;
  /** What it does now, as far as it is known. */
  readonly step: string;
}

export interface GivenOrder {
  readonly accepted: boolean;
  /** What it was doing when the order came. */
  readonly state: string;
  /** Its workflow was gone and was started again from the ledger. */
  readonly restarted: boolean;
}

/**
 * Hands an operator's order over. A workflow that is gone (a lost Temporal database, a terminated run) is started again by
 * a retry: the ledger knows the rest.
 * @throws as `sendResolve`, and WAYBILL_CLI_NOT_RUNNING
 */
export async function giveOrder(
  options: OrderOptions,
  { app, workflowId, isWaiting, step }: Addressee,
  request: ResolveRequest,
): Promise<GivenOrder> {
  const startAgain = () => withTemporal(options, (temporal) => nudge(temporal, options.config, app));
  try {
    return { ...(await sendResolve(options, workflowId, request)), restarted: false };
  } catch (error) {
    if (isWaiting && isIdle(error)) {
      await startAgain();
      return { accepted: true, state: step, restarted: false };
    }
    if (!isNotRunning(error)) throw error;
    if (request.action !== 'retry') {
      const reason = 'its workflow does not run in Temporal; a retry starts it again from the ledger';
      const facts = { action: request.action, reason, what: options.what };
      throw waybillError('WAYBILL_CLI_NOT_RUNNING', facts, { cause: error });
    }
    await startAgain();
    return { accepted: true, state: 'started again', restarted: true };
  }
}

/** An app that waits and is in no trouble has no step that could be tried again; it is looked at again instead. */
function isIdle(error: unknown): boolean {
  return isWaybillError(error) && error.code === 'WAYBILL_DECISION_REFUSED';
}
