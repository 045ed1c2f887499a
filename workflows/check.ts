import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { CheckActivities, CheckStep } from '../activities/watch-types.ts';
import { taskQueues } from './contract.ts';

export type CheckInput =
  | { readonly kind: 'site'; readonly site: string }
  | { readonly kind: 'mail'; readonly to?: string }
  | { readonly kind: 'versions' };

/** A connection test for console or CLI, run where the secrets are; `check/<kind>/<uuid>`. Changes nothing. */
export async function check(input: CheckInput): Promise<readonly CheckStep[]> {
  switch (input.kind) {
    case 'site':
      return testing(taskQueues.site(input.site)).checkSite({ site: input.site });
    case 'mail':
      return testing().checkMail({ to: input.to });
    case 'versions':
      return testing().checkVersions();
    default:
      throw ApplicationFailure.nonRetryable('There is no such check.', 'WAYBILL_CLI_USAGE');
  }
}

function testing(taskQueue?: string): CheckActivities {
  return proxyActivities<CheckActivities>({
    ...(taskQueue ? { taskQueue } : {}),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: '3 minutes',
    retry: { maximumAttempts: 1 },
  });
}
