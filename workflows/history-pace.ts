import { workflowInfo } from '@temporalio/workflow';

/**
 * Events until which everything is looked at as often as the settings say. Well before the 51,200 at which the service
 * ends a workflow (temporal facts, section 1), and before the 4,096 at which it suggests to continue as new.
 */
const EVENTS_AT_FULL_PACE = 1000;

/** The history is long enough to be cut where nothing but a wait would be carried over. */
export function isLongHistory(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return continueAsNewSuggested || historyLength > EVENTS_AT_FULL_PACE;
}

/**
 * A wait of a loop that goes on for as long as something stays amiss: `ms`, doubled with each thousand events. A run
 * that cannot be cut, because it has children or steps behind it, so grows with the logarithm of the time only.
 */
export function slowed(ms: number): number {
  return ms * 2 ** Math.floor(workflowInfo().historyLength / EVENTS_AT_FULL_PACE);
}
