import { ActivityFailure } from '@temporalio/workflow';

/** What an activity failed with; the failure of a local activity comes as it is, not as the cause of another. Pure. */
export function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? (error.cause ?? error) : error;
}
