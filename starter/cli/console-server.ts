import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { RunningConsole } from '../../console/server/start-console.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ProcessContext } from './run-process.ts';

/**
 * Starts the console; it is closed when the process ends. `address` is the Temporal service in place of the configured
 * one. @throws as `startConsole`
 */
export async function startServingConsole(
  { config, logger, closers }: ProcessContext,
  ledger: Ledger,
  address = config.temporal.address,
): Promise<RunningConsole> {
  const { startConsole } = await import('../../console/server/start-console.ts');
  const temporal = { ...config.temporal, address };
  const running = await startConsole({ config: { ...config, temporal }, ledger, logger });
  closers.defer(() => running.close());
  return running;
}

/** The console beside other parts: promotions matter more than a page, so where its port is taken they go on without. */
export async function startConsoleBeside(
  context: ProcessContext,
  ledger: Ledger,
  address: string,
): Promise<Pick<RunningConsole, 'url' | 'setUpLink'> | undefined> {
  if (!context.config.console.enabled) return undefined;
  try {
    return await startServingConsole(context, ledger, address);
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'WAYBILL_CONSOLE_CANNOT_LISTEN') throw error;
    const { code, message, remedy } = error;
    context.logger.error({ code, reason: message }, 'There is no console; all else runs');
    return { url: `none: ${message} ${remedy}` };
  }
}
