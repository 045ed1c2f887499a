import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { inFull, type WaybillError } from '../common/errors/waybill-error.ts';

/**
 * A Waybill error as Temporal carries it: `type` is the code, the message says what happened and what to do, the
 * only detail is the facts. The cause stays behind, as it may hold anything, and so does the message in the stack.
 */
export function toApplicationFailure(error: WaybillError): ApplicationFailure {
  const failure = ApplicationFailure.create({
    message: inFull(error),
    type: error.code,
    nonRetryable: !error.retryable,
    details: [error.facts],
    nextRetryDelay: error.retryAfterMs,
    ...(error.benign && { category: ApplicationFailureCategory.BENIGN }),
  });
  failure.stack = stackFrames(error);
  return failure;
}

/** The places in the code where an error came from, without its message. */
export function stackFrames(error: Error): string {
  const lines = error.stack?.split('\n') ?? [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
