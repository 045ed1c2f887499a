import {
  isGrpcDeadlineError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  type WorkflowUpdateHandle,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateStage,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isErrorCode, waybillError } from '../common/errors/catalogue.ts';
import type { ErrorFacts } from '../common/errors/waybill-error.ts';
import type { Config } from '../config/types.ts';
import { connectTemporal, type TemporalClient } from './connect.ts';
import {
  type DecideOutcome,
  type DecideRequest,
  type PromotionInput,
  type ResolveOutcome,
  type ResolveRequest,
  signals,
  taskQueues,
  updates,
  workflowIds,
  workflowTypes,
} from '../workflows/contract.ts';
import { lasting } from '../common/clock.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** How long a command waits, and what to look at when it waited in vain. */
export interface OrderOptions {
  readonly config: Config;
  /** Milliseconds until a worker must have taken the order in, and again until it must be carried out. */
  readonly timeoutMs: number;
  /** The app or promotion as `waybill show` would find it. */
  readonly what: string;
  readonly site: string;
  /** A connection that is kept open. Default: one for this order alone. */
  readonly connected?: () => Promise<TemporalClient>;
}

export interface AppOfSite {
  readonly site: string;
  readonly appId: string;
}

type PromotionWorkflow = (input: PromotionInput) => Promise<unknown>;

/**
 * Hands a decision to the app's promotion, which is started where none runs. The decision's id is the Update's too: a
 * repeat with the same id is one decision.
 * @throws WAYBILL_CLI_NO_WORKER, WAYBILL_CLI_NO_ANSWER, WAYBILL_TEMPORAL_UNREACHABLE
 * @throws WAYBILL_DECISION_REFUSED, WAYBILL_DECISION_NOT_ALLOWED, WAYBILL_DECISION_NOT_POSSIBLE
 */
export async function sendDecision(
  options: OrderOptions,
  app: AppOfSite,
  request: DecideRequest,
): Promise<DecideOutcome> {
  return withTemporal(options, ({ client }) =>
    completed(options, client, () =>
      client.workflow.startUpdateWithStart<PromotionWorkflow, DecideOutcome, [DecideRequest]>(updates.decide, {
        args: [request],
        updateId: request.decisionId,
        waitForStage: WorkflowUpdateStage.ACCEPTED,
        startWorkflowOperation: startOf(options.config, app),
      }),
    ),
  );
}

/**
 * Hands an operator's order to a delivery, or to the promotion itself.
 * @throws WAYBILL_CLI_NO_WORKER, WAYBILL_CLI_NO_ANSWER, WAYBILL_TEMPORAL_UNREACHABLE, WAYBILL_DECISION_REFUSED
 * @throws WorkflowNotFoundError when that workflow does not run
 */
export async function sendResolve(
  options: OrderOptions,
  workflowId: string,
  request: ResolveRequest,
): Promise<ResolveOutcome> {
  return withTemporal(options, ({ client }) =>
    completed(options, client, () =>
      client.workflow.getHandle(workflowId).startUpdate<ResolveOutcome, [ResolveRequest]>(updates.resolve, {
        args: [request],
        waitForStage: WorkflowUpdateStage.ACCEPTED,
      }),
    ),
  );
}

/** Has an app's promotion look again, and starts it where none runs. Safe to repeat. */
export async function nudge({ client }: TemporalClient, config: Config, app: AppOfSite): Promise<void> {
  const { workflowId, taskQueue, args, staticSummary } = startOptions(config, app);
  await client.workflow.signalWithStart(workflowTypes.promotion, {
    workflowId,
    taskQueue,
    args,
    staticSummary,
    signal: signals.look,
    signalArgs: [],
  });
}

/**
 * Uses the connection that is given, or connects for the time of `work`.
 * @throws WAYBILL_TEMPORAL_UNREACHABLE, WAYBILL_TEMPORAL_REFUSED
 */
export async function withTemporal<T>(
  {
    config,
    timeoutMs = CONNECT_TIMEOUT_MS,
    connected,
  }: Pick<OrderOptions, 'config' | 'connected'> & { readonly timeoutMs?: number },
  work: (temporal: TemporalClient) => Promise<T>,
): Promise<T> {
  if (connected) return work(await connected());
  const temporal = await connectTemporal({ config, connectTimeoutMs: Math.min(timeoutMs, CONNECT_TIMEOUT_MS) });
  try {
    return await work(temporal);
  } finally {
    await temporal.close();
  }
}

/** True when nothing runs under the workflow id an order went to. */
export function isNotRunning(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError;
}

function startOptions(config: Config, { site, appId }: AppOfSite) {
  return {
    workflowId: workflowIds.promotion(site, appId),
    taskQueue: taskQueues.main(config.temporal.taskQueue),
    args: [{ site, appId, heartbeatMs: config.timeouts.heartbeatMs }] as [PromotionInput],
    staticSummary: `app ${appId} of ${site}`,
  };
}

function startOf(config: Config, app: AppOfSite): WithStartWorkflowOperation<PromotionWorkflow> {
  const options = { ...startOptions(config, app), workflowIdConflictPolicy: 'USE_EXISTING' as const };
  return new WithStartWorkflowOperation<PromotionWorkflow>(workflowTypes.promotion, options);
}

/**
 * An Update is waited for twice: until a worker took it in, and until it is carried out; so that a worker that is down
 * and a site that is down are told apart.
 */
async function completed<T>(
  options: OrderOptions,
  client: TemporalClient['client'],
  start: () => Promise<WorkflowUpdateHandle<T>>,
): Promise<T> {
  const { timeoutMs, what, site } = options;
  const facts = { timeout: lasting(timeoutMs), what, site };
  const within = <R>(work: () => Promise<R>, code: 'WAYBILL_CLI_NO_WORKER' | 'WAYBILL_CLI_NO_ANSWER'): Promise<R> =>
    client.withDeadline(Date.now() + timeoutMs, work).catch((cause: unknown) => {
      if (isTimeout(cause)) throw waybillError(code, facts, { cause });
      throw cause instanceof WorkflowUpdateFailedError ? refusalOf(cause) : cause;
    });
  const handle = await within(start, 'WAYBILL_CLI_NO_WORKER');
  return within(() => handle.result(), 'WAYBILL_CLI_NO_ANSWER');
}

function isTimeout(error: unknown): boolean {
  return error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error);
}

/** What the workflow or its activity said, as the error that it was there. */
function refusalOf(error: WorkflowUpdateFailedError): Error {
  let cause: unknown = error.cause;
  while (cause instanceof Error && !(cause instanceof ApplicationFailure)) cause = cause.cause;
  if (!(cause instanceof ApplicationFailure)) return error;
  const { type, message, details } = cause;
  const [facts] = (details ?? []) as [ErrorFacts?];
  return type && facts && isErrorCode(type)
    ? waybillError(type, facts, { cause: error })
    : waybillError('WAYBILL_DECISION_REFUSED', { why: message }, { cause: error });
}
