import type { Client } from '@temporalio/client';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';

/** The settings that a watch is started with. */
export interface WatchSettings {
  readonly temporal: Pick<Config['temporal'], 'taskQueue'>;
  readonly timeouts: Pick<Config['timeouts'], 'heartbeatMs'>;
}

/** What `siteWatch` of one source site is started with, whoever starts it. */
export function siteWatchStart(site: string, { temporal, timeouts }: WatchSettings) {
  return {
    workflowId: workflowIds.siteWatch(site),
    taskQueue: taskQueues.main(temporal.taskQueue),
    args: [{ site, heartbeatMs: timeouts.heartbeatMs }],
    staticSummary: `Watches the site ${site}`,
  };
}

/**
 * Starts `siteWatch` for one source site unless it runs. Safe to repeat and to run in several processes at once:
 * the workflow id is the lock.
 */
export async function ensureSiteWatch(client: Client, site: string, settings: WatchSettings): Promise<void> {
  await client.workflow.start(workflowTypes.siteWatch, {
    ...siteWatchStart(site, settings),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}
