import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { paceOf } from '../activities/pace.ts';
import type { OutgoingMail } from '../activities/promotion-types.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Logger } from '../common/logger.ts';
import type { Config } from '../config/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createQueueWatch, describeQueues, expectedQueues, type UnpolledQueue } from '../temporal/queue-health.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';

const LOOK_EVERY_MS = 60_000;
const MAIL_WINDOW_MS = 24 * 60 * 60 * 1000;

export interface WatchQueuesOptions {
  readonly client: Client;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/**
 * Looks every minute, until `signal`, whether somebody polls each task queue of this installation; one that nobody
 * polled for `worker.pollTimeoutReport` is logged, and mailed to the operators once a day.
 */
export async function watchQueues(options: WatchQueuesOptions, signal: AbortSignal): Promise<void> {
  const { client, config, logger } = options;
  const queues = expectedQueues(config.temporal.taskQueue, Object.keys(config.sites));
  const watch = createQueueWatch(config.worker.pollTimeoutReportMs);
  while (!signal.aborted) {
    try {
      const unpolled = watch.observe(await describeQueues(client, queues), Date.now());
      for (const queue of unpolled) await report(options, queue);
    } catch (err) {
      if (!signal.aborted) logger.warn({ err }, 'the task queues could not be looked at');
    }
    await wait(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function report({ client, config, ledger, logger }: WatchQueuesOptions, unpolled: UnpolledQueue): Promise<void> {
  const { queue, sinceUtc, backlog } = unpolled;
  const problem = waybillError('WAYBILL_TEMPORAL_QUEUE_UNPOLLED', { queue, sinceUtc, backlog });
  logger.error({ code: problem.code, queue, sinceUtc, backlog }, problem.message);
  if (!config.mail.enabled || !(await ledger.claimTroubleMail(queue, problem.code, MAIL_WINDOW_MS))) return;
  const mail: OutgoingMail = {
    promotionKey: queue,
    key: `trouble.${problem.code}.${Date.parse(sinceUtc)}`,
    mail: {
      kind: 'trouble',
      occurredAtUtc: sinceUtc,
      site: siteOf(queue, config),
      code: problem.code,
      cause: problem.message,
      remedy: problem.remedy,
      sinceUtc,
      waiting: [],
      commands: ['waybill worker'],
    },
    recipients: { to: 'operators' },
  };
  await client.workflow.start(workflowTypes.notify, {
    workflowId: workflowIds.notify(mail.promotionKey, mail.key),
    taskQueue: taskQueues.main(config.temporal.taskQueue),
    args: [{ mail, pace: paceOf(config).mail }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}

function siteOf(queue: string, config: Config): string {
  return Object.keys(config.sites).find((site) => queue.startsWith(taskQueues.site(site))) ?? queue;
}
