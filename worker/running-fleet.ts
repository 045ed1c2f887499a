import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Logger } from '../common/logger.ts';
import { type QueueState, queueStates } from './worker-state.ts';

/** Between two looks whether a queue that is not served any more has a step under way. */
const LOOK_EVERY_MS = 250;

/** The Workers of a process, while they run; others may join, and some leave. */
export class RunningFleet {
  readonly #logger: Logger;
  readonly #running = new Map<Worker, Promise<void>>();
  readonly #leaving = new Set<Worker>();
  readonly #shutDown = new AbortController();
  #failure: unknown;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Starts Workers that were made. */
  add(workers: readonly Worker[]): void {
    for (const worker of workers) {
      const run = this.#run(worker).finally(() => {
        this.#running.delete(worker);
        this.#leaving.delete(worker);
      });
      run.catch(() => undefined);
      this.#running.set(worker, run);
    }
  }

  /** Of those that are to stay. */
  states(): QueueState[] {
    return queueStates([...this.#running.keys()].filter((worker) => !this.#leaving.has(worker)));
  }

  /** Ends the Workers of some queues, at a moment in which none of their steps is under way; unless they are to stay. */
  async leave(queues: readonly string[]): Promise<void> {
    const workers = [...this.#running.keys()].filter(({ options }) => queues.includes(options.taskQueue));
    for (const worker of workers) this.#leaving.add(worker);
    const { signal } = this.#shutDown;
    const leaving = (): Worker[] => workers.filter((worker) => this.#leaving.has(worker));
    const isBusy = (): boolean => leaving().some((worker) => worker.getStatus().numInFlightActivities > 0);
    while (!signal.aborted && isBusy()) await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    for (const worker of leaving()) shutDownOne(worker);
    await Promise.allSettled(leaving().map((worker) => this.#running.get(worker) ?? Promise.resolve()));
  }

  /** Keeps Workers that were about to leave. False where they no longer can be kept. */
  stay(queues: readonly string[]): boolean {
    const workers = [...this.#leaving].filter(
      (worker) => queues.includes(worker.options.taskQueue) && worker.getState() === 'RUNNING',
    );
    for (const worker of workers) this.#leaving.delete(worker);
    return workers.length === queues.length;
  }

  /** All of them take no more work. Safe to repeat. */
  shutDown(): void {
    this.#shutDown.abort();
    for (const worker of this.#running.keys()) shutDownOne(worker);
  }

  /** Resolves when all have ended. @throws WAYBILL_TEMPORAL_WORKER_FAILED where one ended by itself */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values());
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Runs one; when it ends by itself the others are drained, as half a fleet helps nobody. */
  async #run(worker: Worker): Promise<void> {
    const { taskQueue } = worker.options;
    try {
      await worker.run();
    } catch (error) {
      const reason = (error as Error).message;
      if (this.#shutDown.signal.aborted || this.#leaving.has(worker)) {
        this.#logger.warn(
          { taskQueue, reason },
          'A step did not end in time and is left behind; another worker repeats it',
        );
        return;
      }
      const problem = waybillError('WAYBILL_TEMPORAL_WORKER_FAILED', { taskQueue, reason }, { cause: error });
      this.#logger.error({ code: problem.code, taskQueue }, problem.message);
      this.#failure ??= problem;
      this.shutDown();
      throw problem;
    }
  }
}

function shutDownOne(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
