import type { Client } from '@temporalio/client';
import { isRunning } from '../../../temporal/is-running.ts';
import { describeQueues, expectedQueues } from '../../../temporal/queue-health.ts';
import { createExaminationLook, type ExaminationLook } from '../../../temporal/site-examination.ts';
import type { SitesLook } from '../../../views/sites/read-sites.ts';
import type { WatchLook } from '../../../views/sites/site-facts.ts';
import { queries, type SiteWatchStatus, taskQueues, workflowIds } from '../../../workflows/contract.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { temporalOrNone } from '../../server/temporal-or-none.ts';

export interface WorkersLook extends SitesLook {
  /** Whether a worker takes the tasks of the main queue: without one nothing goes on anywhere. */
  readonly hasWorker: boolean;
}

/** A page is never held up longer than this. */
const PATIENCE_MS = 900;
/** What one thing may take: a watch that does not answer must not hide what the queues tell. */
const ANSWER_MS = 600;

/** Asks Temporal, all at once, for queues, watches and the latest tests of the sites; `undefined` where it is away. */
export function createSitesLook(context: ConsoleContext): () => Promise<WorkersLook | undefined> {
  const { config } = context;
  const ask = temporalOrNone(context, { patienceMs: PATIENCE_MS, what: 'how the sites are' });
  const examination = createExaminationLook();
  return () =>
    ask((client) => {
      const { temporal, sites, sources } = config;
      return lookWith(client, examination, temporal.taskQueue, Object.keys(sites), Object.keys(sources));
    });
}

async function lookWith(
  client: Client,
  examination: ExaminationLook,
  mainQueue: string,
  sites: readonly string[],
  sources: readonly string[],
): Promise<WorkersLook> {
  const deadline = Date.now() + ANSWER_MS;
  const [queues, tests, watches] = await client.withDeadline(deadline, () =>
    Promise.all([
      describeQueues(client, expectedQueues(mainQueue, sites)),
      eachOf(sites, (site) => examination(client, site)),
      eachOf(sources, (site) => watchOf(client, site)),
    ]),
  );
  const main = taskQueues.main(mainQueue);
  return { queues, tests, watches, hasWorker: queues.every(({ queue, polled }) => queue !== main || polled) };
}

/** Only a worker can answer for a watch; whether it is running, Temporal knows by itself. */
async function watchOf(client: Client, site: string): Promise<WatchLook> {
  const id = workflowIds.siteWatch(site);
  const [runs, status] = await Promise.all([
    isRunning(client, id),
    client.workflow
      .getHandle(id)
      .query<SiteWatchStatus>(queries.status)
      .catch(() => undefined),
  ]);
  if (!runs) return 'none';
  return status ?? 'silent';
}

async function eachOf<T>(names: readonly string[], ask: (name: string) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await ask(name)] as const)));
}
