import { Client, type ConnectionLike } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { Logger } from '../common/logger.ts';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowTypes } from '../workflows/contract.ts';
import { temporalAddress } from './connect.ts';
import { ensureNamespace, type NamespaceOutcome } from './ensure-namespace.ts';
import { ensureSchedules, type SchedulesOutcome } from './schedules.ts';

export interface PrepareOptions {
  readonly config: Pick<Config, 'temporal' | 'sources' | 'staging' | 'timeouts'> & Partial<Pick<Config, 'alerts'>>;
  readonly connection: ConnectionLike;
  /** host:port in place of the configured one. */
  readonly address?: string | undefined;
  readonly dataConverter: DataConverter;
  readonly logger: Logger;
}

export interface Prepared extends NamespaceOutcome {
  readonly schedules: SchedulesOutcome;
}

/** A client over a connection that is there, in Waybill's namespace. */
export function clientOver({ config, connection, dataConverter }: PrepareOptions): Client {
  return new Client({ connection, namespace: config.temporal.namespace, dataConverter });
}

/**
 * Namespace, search attributes and Schedules as Waybill needs them. Safe to repeat.
 * @throws WAYBILL_TEMPORAL_NAMESPACE_MISSING, WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE
 */
export async function prepareTemporal(options: PrepareOptions): Promise<Prepared> {
  const { config, connection, logger } = options;
  const { namespace, retentionMs, taskQueue } = config.temporal;
  const address = temporalAddress(config, options.address);
  const made = await ensureNamespace({ connection, address, namespace, retentionMs, logger });
  const client = clientOver(options);
  const sweepEveryMs = config.staging.sweepEveryMs;
  const keepWatched = { sites: Object.keys(config.sources), workflowType: workflowTypes.ensureSiteWatch };
  const queue = taskQueues.main(taskQueue);
  const reconcile = Object.values(config.alerts?.tenants ?? {}).map(({ alias, reconcile: { everyMs } }) => ({
    tenant: alias,
    everyMs,
  }));
  const schedules = await ensureSchedules({ client, taskQueue: queue, sweepEveryMs, keepWatched, reconcile, logger });
  return { ...made, schedules };
}
