import type { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';

/** Why a worker did not answer what it was asked by a `check` workflow, as a sentence. */
export function whyNoAnswer({ cause }: WorkflowFailedError): string {
  const inner = cause instanceof ActivityFailure ? cause.cause : cause;
  if (inner instanceof TimeoutFailure) return 'The worker did not answer in time.';
  // A worker of an older release.
  if (inner instanceof ApplicationFailure && inner.type === 'WAYBILL_CLI_USAGE')
    return 'The worker is of an older release.';
  return `The worker could not look: ${inner?.message ?? 'it was stopped'}.`;
}
