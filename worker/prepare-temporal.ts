import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config/types.ts';
import { temporalAddress } from '../temporal/connect.ts';
import { ensureNamespace } from '../temporal/ensure-namespace.ts';
import { ensureSiteWatch } from '../temporal/ensure-site-watch.ts';
import type { Logger } from '../common/logger.ts';
import { ensureSchedules } from '../temporal/schedules.ts';
import { taskQueues, workflowTypes } from '../workflows/contract.ts';

const WATCH_EVERY_MS = 60_000;

export interface PrepareOptions {
  readonly config: Pick<Config, 'temporal' | 'sources' | 'staging' | 'timeouts'>;
  readonly connection: NativeConnection;
  readonly address?: string | undefined;
  readonly dataConverter: DataConverter;
  readonly logger: Logger;
}

/** A client over the worker's own connection, in Waybill's namespace. */
export function workerClient({ config, connection, dataConverter }: PrepareOptions): Client {
  return new Client({ connection, namespace: config.temporal.namespace, dataConverter });
}

/**
 * Namespace, search attributes and Schedules as Waybill needs them. Safe to repeat.
 * @throws WAYBILL_TEMPORAL_NAMESPACE_MISSING, WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE
 */
export async function prepareTemporal(options: PrepareOptions): Promise<void> {
  const { config, connection, logger } = options;
  const { namespace, retentionMs, taskQueue } = config.temporal;
  const address = temporalAddress(config, options.address);
  await ensureNamespace({ connection, address, namespace, retentionMs, logger });
  const client = workerClient(options);
  const sweepEveryMs = config.staging.sweepEveryMs;
  const keepWatched = { sites: Object.keys(config.sources), workflowType: workflowTypes.ensureSiteWatch };
  await ensureSchedules({ client, taskQueue: taskQueues.main(taskQueue), sweepEveryMs, keepWatched, logger });
}

/**
 * Starts `siteWatch` of every source site that has none, now and then every minute, until `signal`. A trouble is
 * logged, and the next minute tries again.
 */
export async function keepSitesWatched(options: PrepareOptions, signal: AbortSignal): Promise<void> {
  const client = workerClient(options);
  while (!signal.aborted) {
    for (const site of Object.keys(options.config.sources)) {
      await ensureSiteWatch(client, site, options.config).catch((error: Error) => {
        if (!signal.aborted) options.logger.warn({ site, reason: error.message }, 'siteWatch could not be started');
      });
    }
    await wait(WATCH_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
