import { AsyncLocalStorage } from 'node:async_hooks';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';

const WORKFLOW_THREAD = /[\\/]workflow-worker-thread(\.js)?$/;
const quick = ['--import', new URL('./without-promise-hooks.ts', import.meta.url).href];
const isQuick = new AsyncLocalStorage<true>();
let isInstalled = false;

/**
 * Runs what makes Temporal Workers; their workflow threads start without the hooks by which the SDK notes where each
 * promise was made. They serve one thing, the call stack of a workflow in Temporal's UI, and cost a promotion a tenth
 * of its time. The SDK has no setting for it, and makes the threads itself. Threads of anybody else are left alone.
 */
export function withoutCallStacks<T>(makeWorkers: () => Promise<T>): Promise<T> {
  install();
  return isQuick.run(true, makeWorkers);
}

function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const isMeant = isQuick.getStore() === true && WORKFLOW_THREAD.test(String(file));
      super(file, isMeant ? { ...options, execArgv: quick } : options);
    }
  };
}
