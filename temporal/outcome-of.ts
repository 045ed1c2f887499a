import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** What a workflow that has completed returned; undefined for one that runs, ended otherwise or is not known. */
export async function outcomeOf<T>(client: Client, workflowId: string): Promise<T | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    return status.name === 'COMPLETED' ? ((await handle.result()) as T) : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
