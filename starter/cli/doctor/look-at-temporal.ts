import type { Config } from '../../../config/types.ts';
import { broken, type Finding, ok } from '../../../common/finding.ts';
import type { TemporalClient } from '../../../temporal/connect.ts';
import { isRunning } from '../../../temporal/is-running.ts';
import { lookAtTemporal } from '../../../temporal/look-at-temporal.ts';
import { describeQueues, expectedQueues } from '../../../temporal/queue-health.ts';
import { taskQueues, workflowIds } from '../../../workflows/contract.ts';

const SUBJECT = 'Temporal';

/** What was found, and which queues somebody polls. */
export interface TemporalLook {
  readonly findings: readonly Finding[];
  readonly polled: ReadonlySet<string>;
  /** What is said of each site that no worker serves, and where no worker runs at all. */
  readonly unserved: ReadonlyMap<string, Finding>;
  readonly idleMain: Finding;
}

/** Whether Temporal has what Waybill needs, a worker for each queue, and a watch for each source. Reads only. */
export async function lookAtService(config: Config, temporal: TemporalClient): Promise<TemporalLook> {
  const { client, connection, address } = temporal;
  const { namespace } = config.temporal;
  const reached = ok(['temporal.reach', SUBJECT], `It answers at ${address}.`);
  const lacking = await lookAtTemporal({ client, connection, namespace });
  const what = [
    ...(lacking.namespace ? [] : [`the namespace ${namespace}`]),
    ...lacking.searchAttributes.map((name) => `the search attribute ${name}`),
    ...lacking.schedules.map((id) => `the Schedule ${id}`),
  ];
  const about = ['temporal.namespace', SUBJECT] as const;
  const remedy =
    'Start `waybill worker` (or `waybill up`), which makes them, or run `waybill rebuild`. Where it may not, whoever runs the service has to.';
  const ofNamespace =
    what.length === 0
      ? ok(about, `The namespace ${namespace} has what Waybill needs.`)
      : broken(about, `Missing: ${what.join(', ')}.`, remedy);
  if (!lacking.namespace) {
    return { findings: [reached, ofNamespace], polled: new Set(), unserved: new Map(), idleMain: ofNamespace };
  }
  const queues = await lookAtQueues(config, temporal);
  const watches = await Promise.all(Object.keys(config.sources).map((site) => watchFinding(temporal, site)));
  return { ...queues, findings: [reached, ofNamespace, ...queues.findings, ...watches] };
}

async function lookAtQueues(config: Config, { client }: TemporalClient): Promise<TemporalLook> {
  const main = taskQueues.main(config.temporal.taskQueue);
  const health = await describeQueues(client, expectedQueues(config.temporal.taskQueue, Object.keys(config.sites)));
  const idle = new Set(health.filter(({ polled }) => !polled).map(({ queue }) => queue));
  const polled = new Set(health.map(({ queue }) => queue).filter((queue) => !idle.has(queue)));
  const about = ['temporal.queue', SUBJECT] as const;
  const idleMain = broken(
    about,
    `No worker runs: nobody takes the tasks of the queue ${main}.`,
    'Start `waybill up`, or `waybill worker`, with this configuration.',
  );
  const isIdle = (site: string): boolean =>
    [taskQueues.site(site), taskQueues.siteBulk(site)].some((queue) => idle.has(queue));
  const unserved = new Map(
    Object.keys(config.sites)
      .filter(isIdle)
      .map((site) => [site, unservedFinding(site)]),
  );
  const fine = ok(about, `Workers take the tasks of all ${polled.size} queues.`);
  const faults = idle.has(main) ? [idleMain] : [...unserved.values()];
  return { findings: faults.length > 0 ? faults : [fine], polled, unserved, idleMain };
}

function unservedFinding(site: string): Finding {
  return broken(
    ['temporal.queue', SUBJECT],
    `No worker serves site ${site}: nobody takes the tasks of its queues.`,
    `Start \`waybill worker\` where site "${site}" can be reached, or add "${site}" to worker.sites of one that runs.`,
  );
}

async function watchFinding({ client }: TemporalClient, site: string): Promise<Finding> {
  const about = ['temporal.watch', SUBJECT] as const;
  if (await isRunning(client, workflowIds.siteWatch(site))) return ok(about, `Site ${site} is watched.`);
  const remedy = 'Start `waybill worker` (or `waybill up`), which starts it, or run `waybill rebuild`.';
  return broken(about, `Site ${site} is not watched: nothing is found there.`, remedy);
}
