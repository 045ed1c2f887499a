import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { waybillError } from '../../common/errors/catalogue.ts';
import { inFull } from '../../common/errors/waybill-error.ts';
import { connectError, connectionSettings } from '../../temporal/connect.ts';
import type { ProcessContext } from './run-process.ts';

const TRY_MS = 5_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Resolves when the Temporal service of the configuration answers, with its address; says while it waits. Settings and
 * files are read anew at each try.
 * @throws WAYBILL_TEMPORAL_REFUSED, WAYBILL_TEMPORAL_FILE_UNREADABLE, WAYBILL_CONFIG_SECRET_MISSING
 * @throws WAYBILL_TEMPORAL_STOPPED when the process is asked to end meanwhile
 */
export async function waitForTemporal({ config, logger, signal }: ProcessContext): Promise<string> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const settings = await connectionSettings(config);
    const { address } = settings;
    const connection = Connection.lazy({ ...settings, interceptors: [] });
    try {
      await connection.withDeadline(Date.now() + TRY_MS, () => connection.workflowService.getSystemInfo({}));
      return address;
    } catch (error) {
      const problem = connectError(error, address, config.temporal.namespace);
      if (!problem.retryable) throw problem;
      logger.warn({ code: problem.code, address, nextTryInMs: pauseMs }, inFull(problem));
    } finally {
      await connection.close();
    }
    await wait(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  throw waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The wait for Temporal' });
}
