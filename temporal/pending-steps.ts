import {
  decodeOptionalFailureToOptionalError,
  decodeArrayFromPayloads,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { describeWorkflow } from './describe-workflow.ts';

/** A step that runs or waits for its next try, as Temporal knows it. Times are UTC. */
export interface PendingStep {
  readonly workflowId: string;
  readonly activityType: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly isRunning: boolean;
  readonly startedUtc?: string;
  readonly heardUtc?: string;
  /** When it is tried again, where it does not run. */
  readonly nextTryUtc?: string;
  /** Moved by the try that runs, as its last heartbeat told. */
  readonly bytes?: number;
  readonly bytesPerSecond?: number;
  readonly lastError?: string;
}

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Timestamp = NonNullable<Pending['scheduledTime']>;

/** PENDING_ACTIVITY_STATE_STARTED of Temporal's API. */
const STARTED = 2;

/**
 * What runs or waits in these workflows now; a workflow that is not there has nothing.
 * @throws what the client throws, when Temporal does not answer within `timeoutMs`
 */
export async function pendingSteps(
  client: Client,
  workflowIds: readonly string[],
  timeoutMs: number,
): Promise<PendingStep[]> {
  const found = await client.withDeadline(Date.now() + timeoutMs, () =>
    Promise.all(workflowIds.map(async (id) => ({ id, described: await describeWorkflow(client, id) }))),
  );
  const steps = found.flatMap(({ id, described }) =>
    (described?.raw.pendingActivities ?? []).map((pending) => stepOf(client, id, pending)),
  );
  return Promise.all(steps);
}

async function stepOf(client: Client, workflowId: string, pending: Pending): Promise<PendingStep> {
  const { loadedDataConverter } = client.options;
  const { activityType, attempt, state, heartbeatDetails, lastFailure, nextAttemptScheduleTime, scheduledTime } =
    pending;
  const isRunning = Number(state) === STARTED;
  const failure = await decodeOptionalFailureToOptionalError(loadedDataConverter, lastFailure);
  const startedUtc = utcOf(pending.lastStartedTime);
  const heardUtc = utcOf(pending.lastHeartbeatTime);
  const [told] = (await decodeArrayFromPayloads(loadedDataConverter, heartbeatDetails?.payloads)) as [unknown?];
  const bytes = isRunning ? bytesIn(told) : undefined;
  return {
    workflowId,
    activityType: activityType?.name ?? 'step',
    attempt: attempt ?? 1,
    isRunning,
    startedUtc,
    heardUtc,
    nextTryUtc: isRunning ? undefined : utcOf(nextAttemptScheduleTime ?? scheduledTime),
    bytes,
    bytesPerSecond: rateOf(bytes, startedUtc, heardUtc),
    lastError: failure?.message,
  };
}

function bytesIn(told: unknown): number | undefined {
  const { bytes } = (typeof told === 'object' && told !== null ? told : {}) as { bytes?: unknown };
  return typeof bytes === 'number' ? bytes : undefined;
}

function rateOf(bytes: number | undefined, fromUtc: string | undefined, toUtc: string | undefined): number | undefined {
  if (bytes === undefined || fromUtc === undefined || toUtc === undefined) return undefined;
  const ms = Date.parse(toUtc) - Date.parse(fromUtc);
  return ms > 0 ? Math.round((bytes * 1000) / ms) : undefined;
}

function utcOf(time: Timestamp | null | undefined): string | undefined {
  const seconds = Number(time?.seconds ?? 0);
  if (!time || seconds === 0) return undefined;
  return new Date(seconds * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}
