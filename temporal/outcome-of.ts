import type { Client } from '@temporalio/client';
import { describeWorkflow } from './describe-workflow.ts';

/** What a workflow that has completed returned; undefined for one that runs, ended otherwise or is not known. */
export async function outcomeOf<T>(client: Client, workflowId: string): Promise<T | undefined> {
  const described = await describeWorkflow(client, workflowId);
  if (described?.status.name !== 'COMPLETED') return undefined;
  return (await client.workflow.getHandle(workflowId).result()) as T;
}
