import pLimit from 'p-limit';
import { type OpenWork, openWork } from '../../ledger/open-work.ts';
import type { TemporalClient } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { ensureSiteWatch } from '../../temporal/ensure-site-watch.ts';
import { isRunning } from '../../temporal/is-running.ts';
import { type Lacking, lookAtTemporal } from '../../temporal/look-at-temporal.ts';
import { prepareTemporal } from '../../temporal/prepare-temporal.ts';
import { scheduleIds, workflowIds } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import { quietLogger } from './quiet-logger.ts';
import { nudge } from '../../temporal/send-order.ts';

const AT_ONCE = 20;
const TELL_EVERY = 100;
const MANY_MAILS = 100_000;

/** An app that the ledger holds open; `no source`: nobody watches its site any more, so that nothing can be started. */
export interface FoundWork extends OpenWork {
  readonly state: 'runs' | 'missing' | 'started' | 'no source';
}

export interface FoundWatch {
  readonly site: string;
  readonly state: 'runs' | 'missing' | 'started';
}

/** What Temporal lacks by the ledger, or lacked before it was rebuilt. */
export interface Rebuilt {
  /** host:port. */
  readonly address: string;
  readonly namespace: string;
  readonly lacking: Lacking;
  readonly watches: readonly FoundWatch[];
  readonly promotions: readonly FoundWork[];
  /** Mails that the ledger holds unsent, those that are being sent now among them. */
  readonly unsentMails: number;
}

/** What has to run in Temporal, and whether it does. Reads only. */
export async function lookForWork({ config, ledger }: Cli, temporal: TemporalClient): Promise<Rebuilt> {
  const { client, connection, address } = temporal;
  const { namespace } = config.temporal;
  const lacking = await lookAtTemporal({ client, connection, namespace });
  const runs = async (id: string): Promise<boolean> => lacking.namespace && isRunning(client, id);
  const watches: FoundWatch[] = [];
  for (const site of Object.keys(config.sources)) {
    watches.push({ site, state: (await runs(workflowIds.siteWatch(site))) ? 'runs' : 'missing' });
  }
  const limit = pLimit(AT_ONCE);
  const stateOf = async ({ site, appId }: OpenWork): Promise<FoundWork['state']> => {
    if (await runs(workflowIds.promotion(site, appId))) return 'runs';
    return site in config.sources ? 'missing' : 'no source';
  };
  const work = await openWork(ledger);
  const promotions = await Promise.all(work.map((one) => limit(async () => ({ ...one, state: await stateOf(one) }))));
  const unsent = await ledger.listMails({ state: 'queued', limit: MANY_MAILS });
  return { address, namespace, lacking, watches, promotions, unsentMails: unsent.length };
}

/** Makes and starts what is missing. Safe to repeat, and beside a worker that does the same: ids are the lock. */
export async function rebuild(cli: Cli, temporal: TemporalClient, found: Rebuilt): Promise<Rebuilt> {
  const { config } = cli;
  const { client, connection, address } = temporal;
  const dataConverter = await createDataConverter(config.temporal.encryption);
  await prepareTemporal({ config, connection, address, dataConverter, logger: quietLogger });
  const watches: FoundWatch[] = [];
  for (const watch of found.watches) {
    if (watch.state === 'missing') await ensureSiteWatch(client, watch.site, config);
    watches.push(watch.state === 'missing' ? { ...watch, state: 'started' } : watch);
  }
  const promotions = await startMissing(cli, temporal, found.promotions);
  // Sends on the mails that nothing has in hand any more.
  await client.schedule.getHandle(scheduleIds.ensureSiteWatch).trigger();
  return { ...found, watches, promotions };
}

async function startMissing(
  { config, remark }: Cli,
  temporal: TemporalClient,
  found: readonly FoundWork[],
): Promise<FoundWork[]> {
  const limit = pLimit(AT_ONCE);
  const missing = found.filter(({ state }) => state === 'missing').length;
  let started = 0;
  const start = async (work: FoundWork): Promise<FoundWork> => {
    if (work.state !== 'missing') return work;
    await nudge(temporal, config, work);
    started += 1;
    if (started % TELL_EVERY === 0) remark(`Started ${started} of ${missing}.`);
    return { ...work, state: 'started' };
  };
  return Promise.all(found.map((work) => limit(() => start(work))));
}
