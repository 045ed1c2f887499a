import { proxyActivities } from '@temporalio/workflow';
import type { AlertActivities, ReconcileOutcome } from '../activities/alert-types.ts';

const ATTEMPTS = 3;

/** What the Schedule of a tenant starts: finds failed reloads that no event told of. Safe to repeat. */
export async function reconcileReloads({ tenant }: { readonly tenant: string }): Promise<ReconcileOutcome> {
  const { reconcileTenant } = proxyActivities<AlertActivities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '2 minutes',
    retry: { maximumAttempts: ATTEMPTS, initialInterval: '15 seconds' },
  });
  return reconcileTenant({ tenant });
}
