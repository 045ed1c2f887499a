import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';
import type { TemporalClient } from './connect.ts';

/** Whoever asks sits before a page. */
const PATIENCE = '20 seconds';

/**
 * The names of the streams at a site, as a worker reads them now; `undefined` where no worker could look, as where it is of
 * an older release or does not reach the site. @throws what the client throws, when Temporal does not answer
 */
export async function askForStreams(
  config: Config,
  { client }: TemporalClient,
  site: string,
): Promise<readonly string[] | undefined> {
  try {
    return (await client.workflow.execute(workflowTypes.check, {
      workflowId: workflowIds.check('streams', randomUUID()),
      taskQueue: taskQueues.main(config.temporal.taskQueue),
      args: [{ kind: 'streams', site }],
      workflowExecutionTimeout: PATIENCE,
      staticSummary: `the streams of ${site}`,
    })) as readonly string[];
  } catch (error) {
    if (error instanceof WorkflowFailedError) return undefined;
    throw error;
  }
}
