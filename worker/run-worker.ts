import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Config } from '../config/types.ts';
import type { AttemptSink } from '../ledger/attempt-sink.ts';
import { createDataConverter } from '../temporal/data-converter.ts';
import { clientOver, type PrepareOptions, prepareTemporal } from '../temporal/prepare-temporal.ts';
import type { Logger } from '../common/logger.ts';
import { workflowBundle } from './bundle.ts';
import { connectWorker } from './connect-worker.ts';
import { type HealthEndpoint, type MetricsPage, serveHealth } from './health-endpoint.ts';
import { installRuntime } from './install-runtime.ts';
import { SiteKeeper } from './keep-sites-watched.ts';
import { onShutdownSignal } from './shutdown-signals.ts';
import type { PauseLook } from './pause-interceptor.ts';
import { LiveActivities } from './live-activities.ts';
import { RunningFleet } from './running-fleet.ts';
import { createFleet, discardFleet, type FleetActivities } from './worker-fleet.ts';
import { takeOver, type TakeOverOptions } from './take-over.ts';
import { tellWatches } from './tell-watches.ts';
import { type FleetPhase, type FleetState, queueStates, temporalProbe } from './worker-state.ts';

/** The settings that Workers are made of. */
export type WorkersConfig = Pick<
  Config,
  'dataFolder' | 'temporal' | 'worker' | 'sites' | 'sources' | 'staging' | 'timeouts'
>;

export interface RunWorkersOptions {
  readonly config: WorkersConfig;
  readonly logger: Logger;
  /** The activities, or what makes them over a client of the worker's own connection. */
  readonly activities: FleetActivities | ((client: Client) => FleetActivities);
  /** Done once Temporal is prepared, before the workers take any work. */
  readonly beforePolling?: (client: Client) => Promise<void>;
  /** host:port to use in place of the configured one: that of a development server just started. */
  readonly address?: string;
  /** A connection to share; it stays open. Default: one of its own. */
  readonly connection?: NativeConnection;
  /** Where attempts are recorded. Flushed when the workers have drained, not closed. */
  readonly attempts?: AttemptSink;
  /** What `GET /metrics` of the health endpoint shows. */
  readonly metrics?: MetricsPage | undefined;
  /** Where it stands which sites are paused. */
  readonly pauses?: PauseLook;
  /** Default: the bundle of Waybill's workflows. */
  readonly bundlePath?: string;
  /** Whether SIGINT, SIGTERM and SIGBREAK stop the workers. Default true; false where the caller calls `stop()`. */
  readonly handleSignals?: boolean;
  /** Stops the workers too, also while they start. */
  readonly signal?: AbortSignal;
  /** Whether namespace, search attributes, Schedules and siteWatch are seen to. Default true. */
  readonly prepare?: boolean;
  /** Default 30,000: how long after `worker.shutdownGrace` an activity may ignore that it was cancelled. */
  readonly forceAfterGraceMs?: number;
  readonly onStateChange?: (state: FleetState) => void;
}

export interface RunningWorkers {
  /** Takes no more work, waits for what runs (up to `worker.shutdownGrace`), closes. Safe to repeat. */
  stop(): Promise<void>;
  /** Resolves when stopped. Rejects with WAYBILL_TEMPORAL_WORKER_FAILED when a Worker ended by itself. */
  readonly done: Promise<void>;
  state(): FleetState;
  /**
   * Goes on with other settings and activities: steps under way end with what they began with. All or nothing; safe to
   * repeat. @throws as `runWorkers`, and what Temporal refuses
   */
  takeOver(options: TakeOverOptions): Promise<TakenOver>;
  /** The port of the health endpoint; none when `worker.healthPort` is not set. */
  readonly healthPort?: number;
}

export interface TakenOver {
  /** Resolves when nothing runs with what stood before. */
  readonly finished: Promise<void>;
}

/**
 * Runs all Workers of this process and resolves when they poll. A Temporal service that does not answer yet is waited
 * for. Signals are handled from the first moment on.
 * @throws WAYBILL_TEMPORAL_REFUSED, WAYBILL_TEMPORAL_FILE_UNREADABLE, WAYBILL_TEMPORAL_NAMESPACE_MISSING,
 *   WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE, WAYBILL_TEMPORAL_BUNDLE_FAILED, WAYBILL_TEMPORAL_PORT_IN_USE,
 *   WAYBILL_TEMPORAL_STOPPED (a signal during the start)
 */
export async function runWorkers(options: RunWorkersOptions): Promise<RunningWorkers> {
  const run = new WorkerRun(options);
  try {
    await run.start();
  } catch (error) {
    await run.close('failed');
    throw error;
  }
  return run.running();
}

class WorkerRun {
  readonly #options: RunWorkersOptions;
  readonly #stopping = new AbortController();
  readonly #fleet: RunningFleet;
  readonly #sites: SiteKeeper;
  #phase: FleetPhase = 'starting';
  #workers: Worker[] = [];
  #connection: NativeConnection | undefined;
  #temporalAnswers: () => Promise<boolean> = async () => false;
  #health: HealthEndpoint | undefined;
  #takeBackSignals: () => void = () => undefined;
  #takeOver: RunningWorkers['takeOver'] = () => Promise.reject(this.#stopped());
  #done: Promise<void> = Promise.resolve();

  constructor(options: RunWorkersOptions) {
    this.#options = options;
    this.#fleet = new RunningFleet(options.logger);
    this.#sites = new SiteKeeper(this.#stopping.signal);
  }

  async start(): Promise<void> {
    const { config, logger, handleSignals = true, prepare = true } = this.#options;
    if (handleSignals) this.#takeBackSignals = onShutdownSignal((signal) => this.#onSignal(signal));
    this.#options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (this.#options.signal?.aborted) this.#onAbort();
    installRuntime(logger);
    await this.#serveHealth();
    const bundle = this.#bundlePath();
    // Awaited below; a failure there must not count as unhandled while the connection is waited for.
    bundle.catch(() => undefined);
    const connection = await this.#connect();
    const dataConverter = await createDataConverter(config.temporal.encryption);
    const preparation = { ...this.#options, connection, dataConverter };
    if (prepare) await prepareTemporal(preparation);
    await this.#options.beforePolling?.(clientOver(preparation));
    const bundlePath = await bundle;
    this.#throwIfStopping();
    const activities = new LiveActivities(this.#activities(preparation));
    const fleetOptions = { ...preparation, activities, bundlePath };
    this.#workers = await createFleet(fleetOptions);
    this.#throwIfStopping();
    this.#run();
    if (prepare) {
      this.#sites.keep(preparation);
      // The settings may have changed while nothing ran.
      await tellWatches(preparation, clientOver(preparation));
    }
    const parts = { fleetOptions, fleet: this.#fleet, sites: this.#sites, prepare, signal: this.#stopping.signal };
    this.#takeOver = takeOver(parts);
    logger.info({ queues: this.#workers.map((worker) => worker.options.taskQueue) }, 'The worker polls');
  }

  running(): RunningWorkers {
    return {
      stop: () => this.#stop(),
      done: this.#done,
      state: () => this.#state(),
      takeOver: (options) => this.#takeOver(options),
      healthPort: this.#health?.port,
    };
  }

  async close(phase: 'stopped' | 'failed'): Promise<void> {
    this.#stopping.abort();
    await this.#sites.ended();
    await this.#options.attempts?.flush();
    await discardFleet(this.#workers);
    await this.#closeConnection();
    this.#enter(phase);
    await this.#health?.close();
    this.#takeBackSignals();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  async #closeConnection(): Promise<void> {
    if (this.#options.connection !== undefined) return;
    await this.#connection?.close().catch((error: Error) => {
      // A Worker whose activity was left behind still holds the connection; it goes with the process.
      this.#options.logger.warn({ reason: error.message }, 'The connection to Temporal stays open');
    });
  }

  #state(): FleetState {
    const hasEnded = this.#phase === 'stopped' || this.#phase === 'failed';
    return { phase: this.#phase, queues: hasEnded ? queueStates(this.#workers) : this.#fleet.states() };
  }

  #enter(phase: FleetPhase): void {
    this.#phase = phase;
    this.#options.onStateChange?.(this.#state());
  }

  async #serveHealth(): Promise<void> {
    const { healthPort, healthBind } = this.#options.config.worker;
    if (healthPort === undefined) return;
    this.#health = await serveHealth({
      port: healthPort,
      bind: healthBind,
      state: () => this.#state(),
      temporalAnswers: () => this.#temporalAnswers(),
      metrics: this.#options.metrics,
    });
  }

  async #bundlePath(): Promise<string> {
    const { bundlePath, config, logger } = this.#options;
    if (bundlePath !== undefined) return bundlePath;
    const encrypted = config.temporal.encryption !== undefined;
    return (await workflowBundle({ dataFolder: config.dataFolder, encrypted, logger })).codePath;
  }

  async #connect(): Promise<NativeConnection> {
    const { signal } = this.#stopping;
    this.#connection = this.#options.connection ?? (await connectWorker({ ...this.#options, signal }));
    this.#temporalAnswers = temporalProbe(this.#connection);
    return this.#connection;
  }

  #activities(preparation: PrepareOptions): FleetActivities {
    const { activities } = this.#options;
    return typeof activities === 'function' ? activities(clientOver(preparation)) : activities;
  }

  #stopped(): Error {
    return waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The start of the worker' });
  }

  #throwIfStopping(): void {
    if (this.#stopping.signal.aborted) throw this.#stopped();
  }

  readonly #onAbort = (): void => {
    void this.#stop().catch(() => undefined);
  };

  #onSignal(signal: NodeJS.Signals): void {
    this.#options.logger.info({ signal }, 'The worker takes no more work and drains');
    this.#onAbort();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#phase === 'running') {
      this.#enter('draining');
      this.#fleet.shutDown();
    }
    await this.#done;
  }

  #run(): void {
    this.#fleet.add(this.#workers);
    this.#done = this.#fleet.ended().then(
      () => this.close('stopped'),
      async (error: unknown) => {
        await this.close('failed');
        throw error;
      },
    );
    this.#done.catch(() => undefined);
    this.#enter('running');
  }
}
