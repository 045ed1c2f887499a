import { ApplicationFailure, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { Local, LocalActivities } from '../activities/local-steps.ts';
import type { Pace } from '../activities/pace.ts';
import { causeOf } from './activity-cause.ts';

/** Longer than a healthy site takes, and short for those who wait: an order waits for the end of a local step. */
const LOCAL_MS = 3000;

const local = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: LOCAL_MS,
  retry: { maximumAttempts: 1 },
});

/**
 * A short look, tried once by the worker that has the workflow. Where it is not done there, or fails, or takes long, it
 * goes over the queue of its site, with repeats, and seen while it waits. `pace`: as an activity told it, so that a
 * workflow of an older version goes on as it began.
 */
export async function locallyFirst<T>(
  { localLooks }: Pick<Pace, 'localLooks'>,
  locally: (steps: LocalActivities) => Promise<Local<T>>,
  overTheQueue: () => Promise<T>,
): Promise<T> {
  if (!localLooks) return overTheQueue();
  try {
    const result = await locally(local);
    if (result !== 'elsewhere') return result;
  } catch (error) {
    if (isCancellation(error) || isFinal(error)) throw error;
  }
  return overTheQueue();
}

/** Another try would fail alike. */
function isFinal(error: unknown): boolean {
  const failure = causeOf(error);
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}
