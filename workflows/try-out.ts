import { ActivityFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { TrialActivities, TrialInput, TrialStep } from '../activities/trial-types.ts';
import { taskQueues } from './contract.ts';

export type TryOutInput = TrialInput & {
  readonly kind: 'site' | 'mail' | 'bucket';
  /** The site whose own workers look; without one, any worker does. */
  readonly at?: string;
};

/**
 * Tries settings that somebody has typed on the console and not saved, where the secrets are; `tryOut/<kind>/<uuid>`. What
 * it is given holds references to secrets, never one of them.
 */
export async function tryOut({ kind, at, ...input }: TryOutInput): Promise<readonly TrialStep[]> {
  const steps = trying(at === undefined ? undefined : taskQueues.site(at));
  try {
    if (kind === 'site') return await steps.trySite(input);
    return await (kind === 'mail' ? steps.tryMail(input) : steps.tryBucket(input));
  } catch (error) {
    const why = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(why instanceof TimeoutFailure)) throw error;
    return [timeoutStep(why.timeoutType === 'SCHEDULE_TO_START', at)];
  }
}

/** Somebody sits before it. */
function trying(taskQueue?: string): TrialActivities {
  return proxyActivities<TrialActivities>({
    ...(taskQueue ? { taskQueue } : {}),
    scheduleToStartTimeout: '15 seconds',
    startToCloseTimeout: '90 seconds',
    retry: { maximumAttempts: 1 },
  });
}

function timeoutStep(isUnserved: boolean, at: string | undefined): TrialStep {
  const whose = at === undefined ? 'A worker' : `A worker of the site ${at}`;
  return isUnserved
    ? {
        name: 'worker',
        verdict: 'broken',
        what: `${whose} did not take the test within 15 seconds.`,
        remedy: 'See whether waybill worker or waybill up runs, and whether worker.sites leaves this site out.',
      }
    : {
        name: 'worker',
        verdict: 'broken',
        what: 'The test took longer than 90 seconds and was given up.',
        remedy: 'See whether a firewall swallows the connection, and look into the log of the worker.',
      };
}
