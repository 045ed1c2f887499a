import type { Client } from '@temporalio/client';
import { describeWorkflow } from './describe-workflow.ts';

/** Whether a workflow of this id is running now. */
export async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  return (await runningSince(client, workflowId)) !== undefined;
}

/** When the run of that id that is running now began, ISO 8601; undefined when none is. */
export async function runningSince(client: Client, workflowId: string): Promise<string | undefined> {
  const described = await describeWorkflow(client, workflowId);
  return described?.status.name === 'RUNNING' ? described.startTime.toISOString() : undefined;
}
