import { setTimeout as wait } from 'node:timers/promises';
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

/**
 * Asks whether the Temporal service answers, within 2 seconds; never throws. The connection repeats a failed call for
 * about 10 seconds whatever its deadline, so a question that is still open is shared, and its answer is not waited for.
 */
export function temporalProbe(connection: NativeConnection): () => Promise<boolean> {
  let open: Promise<boolean> | undefined;
  const ask = async () => {
    try {
      await connection.workflowService.getSystemInfo({});
      return true;
    } catch {
      return false;
    } finally {
      open = undefined;
    }
  };
  return () => {
    open ??= ask();
    return Promise.race([open, wait(PROBE_MS, false, { ref: false })]);
  };
}
