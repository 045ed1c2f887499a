import type { Client } from '@temporalio/client';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';

/** The settings that a watch is started with. */
export interface WatchSettings {
  readonly temporal: Pick<Config['temporal'], 'taskQueue'>;
  readonly timeouts: Pick<Config['timeouts'], 'heartbeatMs'>;
}

/**
 * Starts `siteWatch` for one source site unless it runs. Safe to repeat and to run in several processes at once:
 * the workflow id is the lock.
 */
export async function ensureSiteWatch(
  client: Client,
  site: string,
  { temporal, timeouts }: WatchSettings,
): Promise<void> {
  await client.workflow.start(workflowTypes.siteWatch, {
    workflowId: workflowIds.siteWatch(site),
    taskQueue: taskQueues.main(temporal.taskQueue),
    args: [{ site, heartbeatMs: timeouts.heartbeatMs }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Watches the site ${site}`,
  });
}
