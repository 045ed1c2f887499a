import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { waybillError } from '../common/errors/catalogue.ts';
import { ensureSearchAttributes, type SearchAttributesOutcome } from './ensure-search-attributes.ts';
import { grpcCodeOf, grpcCodes, isNotAllowed } from './grpc-codes.ts';
import type { Logger } from '../common/logger.ts';

const VISIBLE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;
const DAY_MS = 24 * 3_600_000;

export interface EnsureNamespaceOptions {
  readonly connection: ConnectionLike;
  /** host:port, for messages. */
  readonly address: string;
  readonly namespace: string;
  /** How long ended workflows are kept. A namespace that keeps them longer is left as it is. */
  readonly retentionMs: number;
  readonly logger: Logger;
}

export interface NamespaceOutcome extends SearchAttributesOutcome {
  readonly namespace: 'made' | 'retention raised' | 'unchanged';
}

/**
 * Sees to it that the namespace is there, keeps ended workflows long enough and knows the search attributes of the
 * contract; resolves when they can be used. Works on a database file of any age. Safe to repeat and to run at once
 * in several processes. Where the service does not let Waybill change the namespace (managed services), that is
 * logged with the commands to run, and the rest goes on.
 * @throws WAYBILL_TEMPORAL_NAMESPACE_MISSING, WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE
 */
export async function ensureNamespace(options: EnsureNamespaceOptions): Promise<NamespaceOutcome> {
  const keptMs = await retentionOf(options);
  const namespace = keptMs === undefined ? await make(options) : await raiseRetention(options, keptMs);
  return { namespace, ...(await ensureSearchAttributes(options)) };
}

/** `undefined` when there is no such namespace, or when what it keeps is not told. */
async function retentionOf({ connection, namespace }: EnsureNamespaceOptions): Promise<number | undefined> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const seconds = config?.workflowExecutionRetentionTtl?.seconds;
    return seconds === undefined || seconds === null ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
  } catch (error) {
    if (grpcCodeOf(error) === grpcCodes.notFound) return undefined;
    if (isNotAllowed(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

async function make(options: EnsureNamespaceOptions): Promise<'made' | 'unchanged'> {
  const { connection, address, namespace, retentionMs, logger } = options;
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      description: 'Waybill: promotions of Qlik Sense apps',
      workflowExecutionRetentionPeriod: msToTs(retentionMs),
    });
  } catch (error) {
    if (grpcCodeOf(error) !== grpcCodes.alreadyExists) {
      const facts = { address, namespace, reason: (error as Error).message, retention: hours(retentionMs) };
      throw waybillError('WAYBILL_TEMPORAL_NAMESPACE_MISSING', facts, { cause: error });
    }
  }
  await waitUntilServed(options);
  logger.info({ namespace, retentionDays: retentionMs / DAY_MS }, 'The Temporal namespace was made');
  return 'made';
}

/** A new namespace is unknown to the parts of the service that run workflows until they next look, within 10 s. */
async function waitUntilServed({ connection, namespace }: EnsureNamespaceOptions): Promise<void> {
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query: '' });
      return;
    } catch (error) {
      if (grpcCodeOf(error) !== grpcCodes.notFound || performance.now() > deadline) throw error;
      await wait(LOOK_EVERY_MS);
    }
  }
}

async function raiseRetention(
  { connection, namespace, retentionMs, logger }: EnsureNamespaceOptions,
  keptMs: number,
): Promise<'retention raised' | 'unchanged'> {
  if (keptMs >= retentionMs) return 'unchanged';
  try {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
    });
    logger.info(
      { namespace, retentionDays: retentionMs / DAY_MS },
      'The Temporal namespace keeps ended workflows longer',
    );
    return 'retention raised';
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    const command = `temporal operator namespace update --namespace ${namespace} --retention ${hours(retentionMs)}`;
    logger.warn(
      { namespace, keptDays: keptMs / DAY_MS },
      `Waybill may not change the retention. Have this run: ${command}`,
    );
    return 'unchanged';
  }
}

function hours(ms: number): string {
  return `${Math.round(ms / 3_600_000)}h`;
}
