import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** Whether a workflow of this id is running now. */
export async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  return (await runningSince(client, workflowId)) !== undefined;
}

/** When the run of that id that is running now began, ISO 8601; undefined when none is. */
export async function runningSince(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const { status, startTime } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? startTime.toISOString() : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
