import type { Logger } from '../common/logger.ts';
import type { Surroundings } from '../config/prepare.ts';
import type { Config } from '../config/types.ts';
import { createAttemptSink } from '../ledger/attempt-sink.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { keepDashboardLogs } from './dashboard-logs/keep-dashboard-logs.ts';
import { type Generation, makeGeneration } from './generation.ts';
import { createMetrics } from './metrics/create-metrics.ts';
import { type RunningWorkers, type RunWorkersOptions, runWorkers } from './run-worker.ts';
import { readSweepsSeen } from './sweeps-seen.ts';

export interface StartWorkerOptions extends Pick<RunWorkersOptions, 'prepare'> {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** host:port in place of the configured one: that of a development server just started. */
  readonly address?: string;
  /** Where settings that are tried take paths and variables from. Default: the current folder, and none. */
  readonly surroundings?: Surroundings;
  readonly bundlePath?: string;
  readonly handleSignals?: boolean;
  /** Waybill's clock. Default: this host's. */
  readonly now?: () => Date;
}

export interface StartedWorker extends Omit<RunningWorkers, 'takeOver'> {
  /**
   * Goes on with another configuration, but for what `config/live/restart-settings.ts` names. Steps under way end with
   * what they began with; every later one has the new settings. All or nothing; safe to repeat.
   * @throws as `runWorkers`, and errors of Temporal: then nothing has changed
   */
  takeOver(config: Config): Promise<void>;
  /** As `stop`, and closes what the worker opened itself: sites, mail, Temporal. The ledger stays open. */
  close(): Promise<void>;
}

/** Makes the clients and stores of a configuration, the activities over them, and runs the Workers. */
export async function startWorker(options: StartWorkerOptions): Promise<StartedWorker> {
  const { ledger, logger, now = () => new Date() } = options;
  const surroundings = options.surroundings ?? { folder: process.cwd(), env: {} };
  let { config } = options;
  const attempts = createAttemptSink(ledger, {
    onLost: (err, rows) => logger.warn({ err, rows }, 'attempts could not be recorded'),
  });
  const hasMetrics = config.worker.healthPort !== undefined;
  const metrics = hasMetrics ? createMetrics({ config: () => config, ledger, logger }) : undefined;
  const sweepsSeen = new Map<string, number>();
  const generationOf = (settings: Config): Generation =>
    makeGeneration({ config: settings, ledger, logger, sweepsSeen, surroundings, nowUtc: () => now().toISOString() });
  let generation = generationOf(config);
  const open = new Set([generation]);
  const running = await runWorkers({
    ...options,
    attempts: metrics?.counting(attempts) ?? attempts,
    metrics,
    pauses: { ledger, checkEveryMs: () => config.retry.pausedMs },
    beforePolling: (client) => readSweepsSeen(client, Object.keys(config.sources), sweepsSeen),
    activities: (client) => generation.activities(client),
  });
  const stopping = new AbortController();
  const dashboardLogs = keepDashboardLogs(
    { config, ledger, logger, nowUtc: () => now().toISOString() },
    stopping.signal,
  );
  running.done.finally(() => stopping.abort()).catch(() => undefined);
  const takeOver = async (wanted: Config): Promise<void> => {
    const next = generationOf(wanted);
    const newSources = Object.keys(wanted.sources).filter((site) => !sweepsSeen.has(site));
    const { finished } = await running
      .takeOver({
        config: wanted,
        activities: (client) => next.activities(client),
        beforeSteps: (client) => readSweepsSeen(client, newSources, sweepsSeen),
      })
      .catch(async (error: unknown) => {
        await next.close();
        throw error;
      });
    const before = generation;
    [generation, config] = [next, wanted];
    open.add(next);
    before.retire();
    finished
      .then(() => before.close())
      .then(() => open.delete(before))
      .catch((err: unknown) => logger.warn({ err }, 'What older settings had opened could not be closed'));
  };
  const close = async (): Promise<void> => {
    generation.retire();
    stopping.abort();
    await Promise.all([running.stop(), dashboardLogs]);
    await attempts.close();
    // A step that was left behind holds what it began with for ever.
    await Promise.all([...open].map((one) => one.close()));
  };
  return { ...running, takeOver, close };
}
