import type { Client } from '@temporalio/client';
import { workflowIds, workflowTypes } from '../workflows/contract.ts';

/**
 * Starts `siteWatch` for one source site unless it runs. Safe to repeat and to run in several processes at once:
 * the workflow id is the lock.
 */
export async function ensureSiteWatch(
  client: Client,
  site: string,
  { taskQueue, heartbeatMs }: { readonly taskQueue: string; readonly heartbeatMs: number },
): Promise<void> {
  await client.workflow.start(workflowTypes.siteWatch, {
    workflowId: workflowIds.siteWatch(site),
    taskQueue,
    args: [{ site, heartbeatMs }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Watches the site ${site}`,
  });
}
