import type { Client } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { taskQueues } from '../workflows/contract.ts';

/** A poll stays open for a minute; one that began longer ago than this has nobody behind it any more. */
const POLL_LASTS_MS = 90_000;

export type QueueKind = 'workflow' | 'activity';

const kinds = {
  workflow: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
} as const;

/** One of the queues that Waybill's workers should poll. */
export interface ExpectedQueue {
  readonly queue: string;
  readonly kind: QueueKind;
}

export interface QueueHealth extends ExpectedQueue {
  /** Whether a worker polls it now. */
  readonly polled: boolean;
  /** The last poll, ISO 8601 UTC. Temporal forgets polls after 5 minutes: then there is none. */
  readonly lastPollUtc?: string;
  /** About how many tasks wait there. */
  readonly backlog: number;
}

/** A queue that nobody polls. `sinceUtc`: at the latest since then. */
export interface UnpolledQueue extends QueueHealth {
  readonly sinceUtc: string;
  readonly forMs: number;
}

/** The task queues that Waybill uses: the main one, and two a site. */
export function expectedQueues(mainQueue: string, sites: readonly string[]): ExpectedQueue[] {
  const main = taskQueues.main(mainQueue);
  const ofSites = sites.flatMap((site) => [taskQueues.site(site), taskQueues.siteBulk(site)]);
  const activityQueues = [main, ...ofSites].map((queue) => ({ queue, kind: 'activity' as const }));
  return [{ queue: main, kind: 'workflow' }, ...activityQueues];
}

/** Who polls these queues, and what waits there. Only reads. */
export async function describeQueues(client: Client, queues: readonly ExpectedQueue[]): Promise<QueueHealth[]> {
  return Promise.all(queues.map((expected) => describeQueue(client, expected)));
}

async function describeQueue(client: Client, { queue, kind }: ExpectedQueue): Promise<QueueHealth> {
  const answer = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: kinds[kind],
    reportStats: true,
  });
  const polls = (answer.pollers ?? []).flatMap(({ lastAccessTime }) =>
    lastAccessTime ? [tsToDate(lastAccessTime).getTime()] : [],
  );
  const lastPollMs = polls.length === 0 ? undefined : Math.max(...polls);
  return {
    queue,
    kind,
    polled: lastPollMs !== undefined && Date.now() - lastPollMs < POLL_LASTS_MS,
    lastPollUtc: lastPollMs === undefined ? undefined : new Date(lastPollMs).toISOString(),
    backlog: Number(answer.stats?.approximateBacklogCount ?? 0),
  };
}

/**
 * Remembers since when a queue is not polled, over several looks. A memory of one process: after a restart the time
 * counts from the first look.
 */
export function createQueueWatch(reportAfterMs: number): {
  /** The queues that nobody has polled for `reportAfterMs`. `nowMs`: when `health` was read, as `Date.now()`. */
  observe(health: readonly QueueHealth[], nowMs: number): UnpolledQueue[];
} {
  const unpolledSinceMs = new Map<string, number>();
  return {
    observe(health, nowMs) {
      return health.flatMap((queue) => {
        const key = `${queue.kind} ${queue.queue}`;
        if (queue.polled) {
          unpolledSinceMs.delete(key);
          return [];
        }
        const lastPollMs = queue.lastPollUtc === undefined ? nowMs : Date.parse(queue.lastPollUtc);
        const sinceMs = Math.min(unpolledSinceMs.get(key) ?? nowMs, lastPollMs);
        unpolledSinceMs.set(key, sinceMs);
        const forMs = nowMs - sinceMs;
        return forMs < reportAfterMs ? [] : [{ ...queue, sinceUtc: new Date(sinceMs).toISOString(), forMs }];
      });
    },
  };
}
