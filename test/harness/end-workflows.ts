import type { TestTemporal } from './temporal.ts';

/** Ends what a test left running on its task queue, and removes the Schedules whose id holds `word`. */
export async function endWorkflows({ client }: TestTemporal, queue: string, word: string): Promise<void> {
  for await (const { workflowId, status, taskQueue } of client.workflow.list({ query: `TaskQueue = "${queue}"` })) {
    if (status.name !== 'RUNNING' || taskQueue !== queue) continue;
    await client.workflow
      .getHandle(workflowId)
      .terminate('the test is over')
      .catch(() => undefined);
  }
  for await (const { scheduleId } of client.schedule.list()) {
    if (scheduleId.includes(word))
      await client.schedule
        .getHandle(scheduleId)
        .delete()
        .catch(() => undefined);
  }
}
