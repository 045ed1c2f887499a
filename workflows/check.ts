import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { CheckActivities, CheckStep, Finding, SiteExamination } from '../activities/watch-types.ts';
import { taskQueues } from './contract.ts';

export type CheckInput =
  | { readonly kind: 'site'; readonly site: string }
  | { readonly kind: 'mail'; readonly to?: string }
  | { readonly kind: 'versions' }
  | { readonly kind: 'streams'; readonly site: string }
  | { readonly kind: 'doctor-site'; readonly site: string; readonly scratch: boolean }
  | { readonly kind: 'doctor-worker'; readonly scratch: boolean };

/**
 * A connection test for console or CLI, run where the secrets are; `check/<kind>/<uuid>`. Changes nothing, but that
 * `scratch` has an app made, which is removed again.
 */
export async function check(
  input: CheckInput,
): Promise<readonly CheckStep[] | SiteExamination | readonly Finding[] | readonly string[]> {
  switch (input.kind) {
    case 'site':
      return testing(taskQueues.site(input.site)).checkSite({ site: input.site });
    case 'mail':
      return testing().checkMail({ to: input.to });
    case 'versions':
      return testing().checkVersions();
    case 'streams':
      return testing(taskQueues.site(input.site)).listStreams({ site: input.site });
    case 'doctor-site':
      return examining(taskQueues.site(input.site)).examineSite({ site: input.site, scratch: input.scratch });
    case 'doctor-worker':
      return examining().examineWorker({ scratch: input.scratch });
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

/** Somebody sits before it: a queue that nobody polls is told soon. An export of a site takes what it takes. */
function examining(taskQueue?: string): CheckActivities {
  return proxyActivities<CheckActivities>({
    ...(taskQueue ? { taskQueue } : {}),
    scheduleToStartTimeout: '30 seconds',
    startToCloseTimeout: '10 minutes',
    retry: { maximumAttempts: 1 },
  });
}
