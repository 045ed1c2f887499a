import type { Command } from 'commander';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { createLogger, type ProcessLogger } from '../../common/logger.ts';
import type { ProcessName } from '../../config/live/restart-settings.ts';
import { loadSettings, type Settings } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import type { Environment } from '../../temporal/server-cache.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { followSettings } from '../live/follow-settings.ts';
import type { LivePart } from '../live/live-settings.ts';
import type { ProcessOptions } from './process-options.ts';
import { refuseHalfRestored } from './refuse-half-restored.ts';
import { onShutdownRequest } from './shutdown-signals.ts';

/** What still keeps the process alive this long after everything was closed is left behind. */
const EXIT_PATIENCE_MS = 3_000;

/** What a long-running command gets. */
export interface ProcessContext {
  readonly config: Config;
  /** Absolute path of the file that `config` comes from. */
  readonly configFile: string;
  readonly environment: Environment;
  readonly logger: ProcessLogger;
  /** Aborted when the process has been asked to end. */
  readonly signal: AbortSignal;
  /** What is closed at the end, the last first. */
  readonly closers: AsyncDisposableStack;
  /** Prints lines for people, on stdout. */
  readonly say: (text: string) => void;
}

/** A process whose parts all stand. */
export interface Running {
  /** Rejects when one of the parts ends by itself. */
  readonly ended: Promise<unknown>;
  /** What goes on with other settings, in this order. */
  readonly parts: readonly LivePart[];
  /** Where it tells that it runs, and with which settings; none where it has no way there. */
  readonly ledger: Promise<Ledger | undefined>;
}

/** A command that runs until it is stopped. */
export interface LongRun {
  /** Name of the process, in log lines and in the name of the log file. */
  readonly name: ProcessName;
  /** Starts the parts; without an answer there is nothing to run. */
  start(context: ProcessContext): Promise<Running | undefined>;
}

/**
 * Runs a long-running command: settings, logger, start, changes of the settings, and an orderly end at the first
 * request; at the second the process ends at once. Resolves when everything is closed.
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
    const settings = await loadSettings(options.config, environment);
    const { config } = settings;
    await refuseHalfRestored(config);
    const level = options.logLevel ?? config.logging.level;
    const logger = await createLogger({ ...config.logging, level }, { process: run.name });
    const closers = new AsyncDisposableStack();
    closers.defer(() => logger.close());
    const say = (text: string): void => command.configureOutput().writeOut?.(text);
    try {
      await untilStopped(run, settings, {
        config,
        configFile: settings.file,
        environment,
        logger,
        signal: stopping.signal,
        closers,
        say,
      });
    } finally {
      await closers.disposeAsync();
      setTimeout(() => process.exit(), EXIT_PATIENCE_MS).unref();
    }
  } finally {
    takeBack();
  }
}

async function untilStopped(run: LongRun, settings: Settings, context: ProcessContext): Promise<void> {
  const { logger, signal } = context;
  const failure = unexpectedErrors(context);
  const asked = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  if (signal.aborted) return;
  try {
    const running = await run.start(context);
    if (running === undefined) return;
    followSettings({ ...context, ...running, settings, name: run.name });
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
