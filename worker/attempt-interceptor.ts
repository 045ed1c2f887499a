import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, CompleteAsyncError } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import type { AttemptSink } from '../ledger/attempt-sink.ts';
import type { AttemptEnd, AttemptStart } from '../ledger/attempts.ts';
import type { Logger } from '../common/logger.ts';
import { toActivityFailure } from './activity-failure.ts';

export interface AttemptInterceptorOptions {
  /** None: attempts are not recorded; errors are translated all the same. */
  readonly sink?: Pick<AttemptSink, 'attemptStarted' | 'attemptFinished'> | undefined;
  readonly logger: Logger;
  /** The site that this Worker's activities talk to; none on the main queue. */
  readonly site?: string | undefined;
  /** Identity of the worker process. */
  readonly worker?: string | undefined;
}

/**
 * Records every attempt of every activity, best effort and without delaying it, and turns what an activity throws
 * into an ApplicationFailure: a Waybill error keeps its code, facts and waiting time, anything else becomes
 * WAYBILL_TEMPORAL_UNEXPECTED without its message, which might hold a secret. Cancellation passes as it is.
 */
export function attemptInterceptor(options: AttemptInterceptorOptions): ActivityInterceptorsFactory {
  return (context) => ({ inbound: inbound(context, options) });
}

function inbound(context: Context, options: AttemptInterceptorOptions): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const start = startOf(context, input.args, options);
      tell(options, (sink) => sink.attemptStarted(start));
      try {
        const result = await next(input);
        tell(options, (sink) => sink.attemptFinished(completed(start, result)));
        return result;
      } catch (error) {
        const failure = passes(error, context) ? error : toActivityFailure(error, start.activityType, options.logger);
        tell(options, (sink) => sink.attemptFinished(failed(start, failure)));
        if (isToldHere(failure)) log(options, start, input.args[0], failure);
        throw failure;
      }
    },
  };
}

/** What Temporal must see as it was thrown: its own signals, and the end of a cancelled attempt. */
function passes(error: unknown, context: Context): boolean {
  if (error instanceof CompleteAsyncError || error instanceof CancelledFailure) return true;
  return context.cancellationSignal.aborted && error instanceof Error && error.name === 'AbortError';
}

function tell(
  { sink, logger }: AttemptInterceptorOptions,
  what: (sink: NonNullable<AttemptInterceptorOptions['sink']>) => void,
) {
  if (sink === undefined) return;
  try {
    what(sink);
  } catch (error) {
    logger.warn({ errorClass: (error as Error).name }, 'An attempt was not recorded');
  }
}

/** An unexpected error was logged already, with what may be said of it. */
function isToldHere(failure: unknown): failure is ApplicationFailure {
  return failure instanceof ApplicationFailure && failure.type !== 'WAYBILL_TEMPORAL_UNEXPECTED';
}

/** One line a failed attempt, with the promotion, site and app it belongs to. */
function log(
  { logger }: AttemptInterceptorOptions,
  start: AttemptStart,
  input: unknown,
  failure: ApplicationFailure,
): void {
  const decision = fieldOf(input, 'decision') ?? input;
  const name = fieldOf(fieldOf(decision, 'app'), 'name') ?? fieldOf(input, 'appId');
  const app = typeof name === 'string' ? name : undefined;
  const { promotionKey: promotion, site, activityType: step, attempt } = start;
  const code = failure.type ?? undefined;
  logger.warn({ promotion, site, app, step, attempt, code, willRetry: !failure.nonRetryable }, failure.message);
}

function startOf(context: Context, args: readonly unknown[], options: AttemptInterceptorOptions): AttemptStart {
  const { info } = context;
  return {
    workflowId: info.workflowExecution?.workflowId ?? '',
    runId: info.workflowExecution?.runId ?? '',
    activityId: info.activityId,
    activityType: info.activityType,
    attempt: info.attempt,
    taskQueue: info.taskQueue,
    worker: options.worker,
    promotionKey: promotionKeyOf(args[0]),
    site: options.site ?? siteOfLocal(info.isLocal, args[0]),
    startedAtUtc: new Date().toISOString(),
  };
}

/** A local activity runs on the main Worker, whatever site it looks at. */
function siteOfLocal(isLocal: boolean, input: unknown): string | undefined {
  const site = isLocal ? fieldOf(input, 'site') : undefined;
  return typeof site === 'string' ? site : undefined;
}

function completed(start: AttemptStart, result: unknown): AttemptEnd {
  return { ...start, endedAtUtc: new Date().toISOString(), outcome: 'completed', sizeBytes: sizeOf(result) };
}

function failed(start: AttemptStart, error: unknown): AttemptEnd {
  const endedAtUtc = new Date().toISOString();
  if (error instanceof CompleteAsyncError) return { ...start, endedAtUtc, outcome: 'completed' };
  if (!(error instanceof ApplicationFailure)) return { ...start, endedAtUtc, outcome: 'cancelled' };
  return {
    ...start,
    endedAtUtc,
    outcome: 'failed',
    errorCode: error.type ?? undefined,
    errorMessage: error.message,
    facts: error.details?.[0],
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Inputs of activities bear the promotion's key themselves or in their decision. */
function promotionKeyOf(input: unknown): string | undefined {
  const key = fieldOf(input, 'promotionKey') ?? fieldOf(fieldOf(input, 'decision'), 'promotionKey');
  return typeof key === 'string' ? key : undefined;
}

/** Results of transfers say how much they moved, themselves or in their artifact. */
function sizeOf(result: unknown): number | undefined {
  const size = fieldOf(result, 'sizeBytes') ?? fieldOf(fieldOf(result, 'artifact'), 'sizeBytes');
  return typeof size === 'number' ? size : undefined;
}
