import { ActivityFailure, log, proxyActivities } from '@temporalio/workflow';
import type { SweepActivities, SweepStagingOutcome } from '../activities/watch-types.ts';
import { taskQueues } from './contract.ts';

const ATTEMPTS = 3;

/**
 * Removes what crashes left under a staging name, a site at a time, exported files that nothing needs any more, and
 * uploads to S3 without an end. A site that cannot be reached is left for next time.
 */
export async function sweepStaging(): Promise<Record<string, SweepStagingOutcome | 'unreachable'>> {
  const { sitesToSweep } = proxyActivities<SweepActivities>({ startToCloseTimeout: '1 minute' });
  const outcomes: Record<string, SweepStagingOutcome | 'unreachable'> = {};
  for (const site of await sitesToSweep()) {
    try {
      outcomes[site] = await sweeping(site).sweepStagingOf({ site });
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      log.warn('could not sweep staging apps', { site });
      outcomes[site] = 'unreachable';
    }
  }
  await collecting.collectArtifacts();
  await collecting.collectUploads();
  await collecting.forgetAttempts();
  return outcomes;
}

const collecting = proxyActivities<SweepActivities>({
  startToCloseTimeout: '30 minutes',
  retry: { maximumAttempts: ATTEMPTS },
});

function sweeping(site: string): SweepActivities {
  return proxyActivities<SweepActivities>({
    taskQueue: taskQueues.site(site),
    startToCloseTimeout: '30 minutes',
    scheduleToCloseTimeout: '1 hour',
    heartbeatTimeout: '2 minutes',
    retry: { maximumAttempts: ATTEMPTS, initialInterval: '15 seconds' },
  });
}
