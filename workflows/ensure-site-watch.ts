import { proxyActivities } from '@temporalio/workflow';
import type { RecordActivities } from '../activities/promotion-types.ts';

/** What the Schedule starts: sees to it that every source site is watched. Safe to repeat. */
export async function ensureSiteWatch({ sites }: { readonly sites: readonly string[] }): Promise<void> {
  const { ensureWatches } = proxyActivities<RecordActivities>({
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '5 minutes',
  });
  await ensureWatches({ sites });
}
