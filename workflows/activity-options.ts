import { type ActivityOptions, ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type { RecordActivities, SourceActivities, SourceBulkActivities } from '../activities/promotion-types.ts';
import type { TargetActivities, TargetBulkActivities } from '../activities/delivery-types.ts';
import type { WatchActivities } from '../activities/watch-types.ts';
import { taskQueues } from './contract.ts';

/** After what silence a step counts as lost; every step tells that it lives (`timeouts.heartbeat`). */
type Heartbeat = Pick<Pace, 'heartbeatMs'>;

const SOON: ActivityOptions['retry'] = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '60 seconds',
};

/** The pace before an activity has told the configured one. */
export const FIRST_PACE: Pace = {
  readMs: 30_000,
  writeMs: 60_000,
  publishMs: 3_600_000,
  exportMs: 7_200_000,
  uploadBaseMs: 1_800_000,
  uploadBytesPerSecond: 2_000_000,
  heartbeatMs: 60_000,
  readRetry: { firstMs: 1000, factor: 2, maxMs: 60_000 },
  writeRetry: { firstMs: 15_000, factor: 2, maxMs: 600_000 },
  lockRetry: { firstMs: 2000, maxMs: 60_000 },
  needsOperatorAfterMs: 1_800_000,
  recheckMs: 600_000,
  deliveryExpireMs: 2_592_000_000,
  mail: { firstMs: 30_000, factor: 2, maxMs: 1_800_000, giveUpAfterMs: 172_800_000 },
};

/** Room for the reads and looks that belong to one write, and for its conflict rounds. */
const WRITE_CALLS = 8;

/**
 * A write never gives up by itself: an operator or the expiry ends it. It is waited for when cancelled, because a
 * request already sent cannot be recalled.
 */
function writing(pace: Pace, startToCloseMs: number): ActivityOptions {
  return {
    startToCloseTimeout: startToCloseMs,
    heartbeatTimeout: pace.heartbeatMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: pace.writeRetry.firstMs,
      backoffCoefficient: pace.writeRetry.factor,
      maximumInterval: pace.writeRetry.maxMs,
    },
  };
}

/** Ledger and small decisions; no site involved. */
export function records({ heartbeatMs }: Heartbeat): RecordActivities {
  return proxyActivities<RecordActivities>({
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: heartbeatMs,
    retry: SOON,
  });
}

/** The first look at an app; the pace comes with its answer. */
export function firstLook(site: string, { heartbeatMs }: Heartbeat): SourceActivities {
  return proxyActivities<SourceActivities>({
    taskQueue: taskQueues.site(site),
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: heartbeatMs,
    retry: SOON,
  });
}

/** Watching a source site; a step that fails for longer is told of, and the watch goes on. */
export function watchSteps(site: string, { heartbeatMs }: Heartbeat, giveUpAfterMs: number): WatchActivities {
  return proxyActivities<WatchActivities>({
    taskQueue: taskQueues.site(site),
    startToCloseTimeout: '5 minutes',
    scheduleToCloseTimeout: giveUpAfterMs,
    heartbeatTimeout: heartbeatMs,
    retry: SOON,
  });
}

/** Steps at a source site, under the pace of now. Copying takes as long as a big app needs. */
export function sourceSteps(site: string, pace: Pace): SourceActivities {
  return stepsAt<SourceActivities>(site, pace, ['unpublish']);
}

/** Transfers from a source site, of an app of this size. */
export function sourceTransfers(site: string, pace: Pace, sizeBytes: number | undefined): SourceBulkActivities {
  return proxyActivities<SourceBulkActivities>({
    ...writing(pace, pace.exportMs),
    taskQueue: transferQueue(site, pace, sizeBytes),
  });
}

/** Steps at a target site. Publish, copy and replace take as long as a big app needs. */
export function targetSteps(site: string, pace: Pace): TargetActivities {
  return stepsAt<TargetActivities>(site, pace, ['copyStaging', 'publishStaging']);
}

/** Transfers to a target site; an upload gets time by its size, an overwrite for its backup, its replace and two comparisons. */
export function targetTransfers(site: string, pace: Pace, sizeBytes: number): TargetBulkActivities {
  const taskQueue = transferQueue(site, pace, sizeBytes);
  const uploadMs = pace.uploadBaseMs + Math.ceil((sizeBytes / pace.uploadBytesPerSecond) * 1000);
  const uploads = proxyActivities<TargetBulkActivities>({ ...writing(pace, uploadMs), taskQueue });
  const overwriteMs = pace.exportMs * 3 + pace.publishMs + pace.writeMs * WRITE_CALLS;
  const overwrites = proxyActivities<TargetBulkActivities>({ ...writing(pace, overwriteMs), taskQueue });
  const comparisons = proxyActivities<TargetBulkActivities>({ ...writing(pace, pace.exportMs), taskQueue });
  return {
    uploadStaging: uploads.uploadStaging,
    overwriteTarget: overwrites.overwriteTarget,
    comparePublished: comparisons.comparePublished,
  };
}

/** Few transfers run at once on a site, and a small one is not to wait for two large ones. */
function transferQueue(site: string, pace: Pace, sizeBytes: number | undefined): string {
  return isSmallTransfer(pace, sizeBytes) ? taskQueues.site(site) : taskQueues.siteBulk(site);
}

/** False where the size is not known. */
export function isSmallTransfer({ smallTransferBytes = 0 }: Pace, sizeBytes = 0): boolean {
  return sizeBytes > 0 && sizeBytes <= smallTransferBytes;
}

function stepsAt<T extends object>(site: string, pace: Pace, longSteps: readonly (keyof T)[]): T {
  const taskQueue = taskQueues.site(site);
  const quick = proxyActivities({ ...writing(pace, pace.writeMs * WRITE_CALLS), taskQueue });
  const long = proxyActivities({ ...writing(pace, pace.publishMs + pace.writeMs * WRITE_CALLS), taskQueue });
  // The SDK makes activity functions as they are asked for, so they cannot be spread into an object.
  return new Proxy({} as T, {
    get: (_, name) => (longSteps.includes(name as keyof T) ? long : quick)[name as string],
  });
}
