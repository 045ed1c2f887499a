import { ApplicationFailure } from '@temporalio/workflow';
import type { ResolveRequest } from './contract.ts';

/** Refuses an order that is none, before it reaches the history. Synchronous, as an Update validator must be. */
export function validateResolve(request: ResolveRequest): void {
  if (!['retry', 'skip', 'abort'].includes(request.action)) throw refused('Choose retry, skip or abort.');
  if (!request.by?.account) throw refused('An order needs a person.');
}

/** The error of a refused Update. */
export function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'WAYBILL_DECISION_REFUSED');
}
