import type { Command } from 'commander';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { createLogger, type ProcessLogger } from '../../common/logger.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import type { ProcessOptions } from './process-options.ts';
import { refuseHalfRestored } from './refuse-half-restored.ts';
import { onShutdownRequest } from './shutdown-signals.ts';

/** What still keeps the process alive this long after everything was closed is left behind. */
const EXIT_PATIENCE_MS = 3_000;

/** What a long-running command gets. */
export interface ProcessContext {
  readonly config: Config;
  readonly environment: Environment;
  readonly logger: ProcessLogger;
  /** Aborted when the process has been asked to end. */
  readonly signal: AbortSignal;
  /** What is closed at the end, the last first. */
  readonly closers: AsyncDisposableStack;
  /** Prints lines for people, on stdout. */
  readonly say: (text: string) => void;
}

/** A command that runs until it is stopped. */
export interface LongRun {
  /** Name of the process, in log lines and in the name of the log file. */
  readonly name: string;
  /**
   * Starts the parts. `ended` rejects when one of them ends by itself; without an answer there is nothing to run.
   */
  start(context: ProcessContext): Promise<{ readonly ended: Promise<unknown> } | undefined>;
}

/**
 * Runs a long-running command: settings, logger, start, and an orderly end at the first request; at the second the
 * process ends at once. Resolves when everything is closed.
 * @throws what ended it before it was asked to
 */
export async function runProcess(command: Command, environment: Environment, run: LongRun): Promise<void> {
  const options = command.optsWithGlobals<ProcessOptions>();
  const stopping = new AbortController();
  const takeBack = onShutdownRequest({
    onFirst: (what) => stopping.abort(what),
    onSecond: () => process.exit(1),
  });
  try {
    const config = await loadConfig(options.config, environment);
    await refuseHalfRestored(config);
    const level = options.logLevel ?? config.logging.level;
    const logger = await createLogger({ ...config.logging, level }, { process: run.name });
    const closers = new AsyncDisposableStack();
    closers.defer(() => logger.close());
    const say = (text: string): void => command.configureOutput().writeOut?.(text);
    try {
      await untilStopped(run, { config, environment, logger, signal: stopping.signal, closers, say });
    } finally {
      await closers.disposeAsync();
      setTimeout(() => process.exit(), EXIT_PATIENCE_MS).unref();
    }
  } finally {
    takeBack();
  }
}

async function untilStopped(run: LongRun, context: ProcessContext): Promise<void> {
  const { logger, signal } = context;
  const failure = unexpectedErrors(context);
  const asked = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (signal.aborted) return;
  try {
    const running = await run.start(context);
    if (running === undefined) return;
    await Promise.race([running.ended, failure, asked]);
    if (signal.aborted) logger.info({ reason: String(signal.reason) }, 'Ending: what is under way is finished first');
  } catch (error) {
    if (signal.aborted && codeOf(error) === 'WAYBILL_TEMPORAL_STOPPED') return;
    logger.error({ code: codeOf(error), reason: (error as Error).message }, 'The process ends because of an error');
    logger.debug({ err: error }, 'Where that error comes from');
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return isWaybillError(error) ? error.code : undefined;
}

/** Rejects with the first error that nothing in the process was ready for. */
function unexpectedErrors({ closers }: ProcessContext): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  process.on('uncaughtException', reject);
  closers.defer(() => void process.off('uncaughtException', reject));
  return promise;
}
