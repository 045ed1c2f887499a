import type { NativeConnection, Worker } from '@temporalio/worker';

export type FleetPhase = 'starting' | 'running' | 'draining' | 'stopped' | 'failed';

/** One Worker as the SDK sees it (`RUNNING`, `DRAINING`, …). */
export interface QueueState {
  readonly taskQueue: string;
  readonly state: string;
  readonly activitiesInFlight: number;
  readonly workflowTasksInFlight: number;
}

/** What a worker process can say of itself at once. */
export interface FleetState {
  readonly phase: FleetPhase;
  readonly queues: readonly QueueState[];
}

export function queueStates(workers: readonly Worker[]): QueueState[] {
  return workers.map((worker) => {
    const status = worker.getStatus();
    return {
      taskQueue: worker.options.taskQueue,
      state: worker.getState(),
      activitiesInFlight: status.numInFlightActivities,
      workflowTasksInFlight: status.numInFlightWorkflowActivations,
    };
  });
}

const PROBE_MS = 2_000;

/** Whether the Temporal service answers this connection now. Never throws. */
export async function temporalAnswers(connection: NativeConnection): Promise<boolean> {
  return connection
    .withDeadline(Date.now() + PROBE_MS, () => connection.workflowService.getSystemInfo({}))
    .then(
      () => true,
      () => false,
    );
}
