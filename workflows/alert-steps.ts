import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { AlertActivities } from '../activities/alert-types.ts';

const HEARTBEAT_MS = 60_000;

/** Ledger and routing; repeated until they are done. */
export function alertRecords(heartbeatMs = HEARTBEAT_MS): AlertActivities {
  return proxyActivities<AlertActivities>({
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: heartbeatMs,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '60 seconds' },
  });
}

/** Questions to Qlik Cloud; an alert does not wait for their answers for ever. */
export function questions(attemptMs: number, untilMs: number, heartbeatMs = HEARTBEAT_MS): AlertActivities {
  return proxyActivities<AlertActivities>({
    startToCloseTimeout: attemptMs,
    scheduleToCloseTimeout: Math.max(untilMs, 1),
    heartbeatTimeout: heartbeatMs,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
  });
}

/** Why a step failed for good, in words for people. */
export function whyFailed(error: unknown): string {
  return reasonOf(error) ?? 'There was no answer in time.';
}

/** The same; undefined where its time was over before it said anything. */
export function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof ActivityFailure)) throw error;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.message;
  }
  return undefined;
}
