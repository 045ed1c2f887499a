import { randomUUID } from 'node:crypto';
import { TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';
import type { TemporalClient } from './connect.ts';
import { describeQueues } from './queue-health.ts';

/** Longer than the steps of the workflow may take together; whoever asks sits before a page. */
const PATIENCE = '2 minutes';

/** What a worker found, or that none looked: `unserved` where nobody polls the queue, `late` where none was ready in time. */
export type TryOutAnswer = { readonly found: unknown } | { readonly noAnswer: 'unserved' | 'late' };

/**
 * Has a worker try settings that are not saved. `input` is stored by Temporal and holds no secret.
 * @throws what the client throws, when Temporal does not answer or the workflow fails
 */
export async function askToTryOut(
  config: Config,
  { client }: TemporalClient,
  kind: string,
  input: object,
): Promise<TryOutAnswer> {
  const taskQueue = taskQueues.main(config.temporal.taskQueue);
  const [queue] = await describeQueues(client, [{ queue: taskQueue, kind: 'workflow' }]);
  if (queue?.polled === false) return { noAnswer: 'unserved' };
  try {
    const found: unknown = await client.workflow.execute(workflowTypes.tryOut, {
      workflowId: workflowIds.tryOut(kind, randomUUID()),
      taskQueue,
      args: [{ ...input, kind }],
      workflowExecutionTimeout: PATIENCE,
      staticSummary: `settings tried on the console: ${kind}`,
    });
    return { found };
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure) return { noAnswer: 'late' };
    throw error;
  }
}
