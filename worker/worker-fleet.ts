import { hostname } from 'node:os';
import type { DataConverter } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { servedSites } from '../config/lookup.ts';
import type { Config } from '../config/types.ts';
import type { AttemptSink } from '../ledger/attempt-sink.ts';
import type { Logger } from '../common/logger.ts';
import { taskQueues } from '../workflows/contract.ts';
import { attemptInterceptor } from './attempt-interceptor.ts';
import { heartbeatInterceptor } from './heartbeat-interceptor.ts';
import { pauseInterceptor, type PauseLook } from './pause-interceptor.ts';
import { withoutCallStacks } from './workflow-threads.ts';

/** Cancellation and the loss of a worker are noticed within this time (temporal facts, section 1). */
const LONGEST_HEARTBEAT_THROTTLE_MS = 10_000;
const FORCE_AFTER_GRACE_MS = 30_000;
const SITE_POLLS = 5;

/** Activities by queue; the functions are called once for each site that this worker serves. */
export interface FleetActivities {
  /** Those that talk to no Qlik site. */
  readonly main: object;
  /** The quick ones of a site. */
  site(alias: string): object;
  /** Export, upload and the like of a site. */
  siteBulk(alias: string): object;
}

export interface FleetOptions {
  /** The sites to make Workers for, alone. Default: those that this process serves, and the main Worker. */
  readonly sitesAlone?: readonly string[] | undefined;
  readonly config: Pick<Config, 'temporal' | 'worker' | 'sites' | 'timeouts'>;
  readonly connection: NativeConnection;
  readonly dataConverter: DataConverter;
  readonly bundlePath: string;
  readonly activities: FleetActivities;
  readonly attempts?: Pick<AttemptSink, 'attemptStarted' | 'attemptFinished'> | undefined;
  /** Where it stands which sites are paused. Default: none is. */
  readonly pauses?: PauseLook | undefined;
  /** An activity that ignores its cancellation for this long after the grace time is left behind. Default 30,000. */
  readonly forceAfterGraceMs?: number | undefined;
  readonly logger: Logger;
}

/**
 * One Worker for workflows and site-less activities, and two activity-only Workers for each site that this process
 * serves, over one connection. None of them runs yet. Only the first has the workflow bundle: each Worker with a
 * bundle would keep a workflow cache of its own.
 */
export function createFleet(options: FleetOptions): Promise<Worker[]> {
  const make = (): Promise<Worker[]> => createAll(options);
  return options.config.worker.callStacks ? make() : withoutCallStacks(make);
}

async function createAll(options: FleetOptions): Promise<Worker[]> {
  const workers: Worker[] = [];
  try {
    for (const part of fleetParts(options)) workers.push(await Worker.create(part));
    return workers;
  } catch (error) {
    await discardFleet(workers);
    throw error;
  }
}

/** Gives up Workers that were made and never ran; until then they hold the connection open. */
export async function discardFleet(workers: readonly Worker[]): Promise<void> {
  const unused = workers.filter((worker) => worker.getState() === 'INITIALIZED');
  await Promise.allSettled(unused.map((worker) => worker.runUntil(Promise.resolve())));
}

function fleetParts(options: FleetOptions): WorkerOptions[] {
  const { config, activities } = options;
  const { siteSlots, siteBulkSlots, maxCachedWorkflows, takeOverMs } = config.worker;
  const main: WorkerOptions = {
    ...commonOptions(options),
    taskQueue: taskQueues.main(config.temporal.taskQueue),
    workflowBundle: { codePath: options.bundlePath },
    activities: activities.main,
    maxCachedWorkflows,
    stickyQueueScheduleToStartTimeout: takeOverMs,
  };
  const ofSites = (options.sitesAlone ?? servedSites(config)).flatMap((site) => {
    const common = commonOptions(options, site);
    return [
      { ...common, taskQueue: taskQueues.site(site), activities: activities.site(site), ...slots(siteSlots) },
      {
        ...common,
        taskQueue: taskQueues.siteBulk(site),
        activities: activities.siteBulk(site),
        ...slots(siteBulkSlots),
      },
    ];
  });
  return options.sitesAlone ? ofSites : [main, ...ofSites];
}

/** The name of this process in Temporal's histories and in the ledger. */
export function workerIdentity(): string {
  return `waybill@${hostname()}/${process.pid}`;
}

function slots(count: number) {
  return {
    maxConcurrentActivityTaskExecutions: count,
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: Math.min(count, SITE_POLLS) } as const,
  };
}

function commonOptions(options: FleetOptions, site?: string): Omit<WorkerOptions, 'taskQueue'> {
  const { config, attempts, pauses, logger } = options;
  const throttleMs = Math.min(config.timeouts.heartbeatEveryMs, LONGEST_HEARTBEAT_THROTTLE_MS);
  const worker = workerIdentity();
  return {
    connection: options.connection,
    namespace: config.temporal.namespace,
    identity: worker,
    dataConverter: options.dataConverter,
    shutdownGraceTime: config.worker.shutdownGraceMs,
    shutdownForceTime: config.worker.shutdownGraceMs + (options.forceAfterGraceMs ?? FORCE_AFTER_GRACE_MS),
    maxHeartbeatThrottleInterval: throttleMs,
    defaultHeartbeatThrottleInterval: throttleMs,
    interceptors: {
      activity: [
        ...(pauses && site ? [pauseInterceptor({ ...pauses, site, logger })] : []),
        attemptInterceptor({ sink: attempts, logger, site, worker }),
        heartbeatInterceptor(throttleMs),
      ],
    },
  };
}
