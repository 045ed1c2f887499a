import { setTimeout as wait } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { waybillError } from '../common/errors/catalogue.ts';
import { inFull } from '../common/errors/waybill-error.ts';
import type { Config } from '../config/types.ts';
import { connectError, connectionSettings, temporalAddress } from '../temporal/connect.ts';
import type { Logger } from '../common/logger.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface ConnectWorkerOptions {
  readonly config: Pick<Config, 'temporal'>;
  /** host:port to use in place of the configured one. */
  readonly address?: string | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * The connection of a worker process. While the service does not answer it tries again, for as long as it takes, and
 * says so in the log; settings and files are read anew each time.
 * @throws WAYBILL_TEMPORAL_REFUSED, WAYBILL_TEMPORAL_FILE_UNREADABLE, WAYBILL_CONFIG_SECRET_MISSING
 * @throws WAYBILL_TEMPORAL_STOPPED by `signal`
 */
export async function connectWorker(options: ConnectWorkerOptions): Promise<NativeConnection> {
  const { config, logger, signal } = options;
  const address = temporalAddress(config, options.address);
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const settings = await connectionSettings(config, address);
    try {
      return await NativeConnection.connect({ ...settings, grpcCompression: { codec: compressionFor(address) } });
    } catch (error) {
      const problem = connectError(error, address, config.temporal.namespace);
      if (!problem.retryable) throw problem;
      logger.warn({ code: problem.code, address, nextTryInMs: waitMs }, inFull(problem));
    }
    await wait(waitMs, undefined, { signal }).catch(() => undefined);
  }
  throw waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The start of the worker' });
}

/** Compressing saves a network's time; towards a service on this host it only costs both sides theirs. */
function compressionFor(address: string): 'gzip' | 'none' {
  const host = address.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
  return host === 'localhost' || host === '::1' || host.startsWith('127.') ? 'none' : 'gzip';
}
