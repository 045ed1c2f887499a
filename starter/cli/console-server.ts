import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { RunningConsole } from '../../console/server/start-console.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LivePart } from '../live/live-settings.ts';
import type { ProcessContext } from './run-process.ts';

/** The console of a process, and where it can be opened, or why there is none. */
export interface ConsolePart extends LivePart, Pick<RunningConsole, 'setUpLink'> {
  readonly url: string;
}

/**
 * Starts the console; it is closed when the process ends. `address` is the Temporal service in place of the configured
 * one. @throws as `startConsole`
 */
export async function startServingConsole(
  { config, configFile, environment, logger, closers }: ProcessContext,
  ledger: Ledger,
  address = config.temporal.address,
): Promise<ConsolePart> {
  const { startConsole } = await import('../../console/server/start-console.ts');
  const withAddress = (one: Config): Config => ({ ...one, temporal: { ...one.temporal, address } });
  const { keptFiles } = await import('./console-files.ts');
  const files = await keptFiles(config);
  closers.defer(() => files.close());
  const running = await startConsole({ config: withAddress(config), configFile, environment, ledger, logger, files });
  closers.defer(() => running.close());
  return {
    kind: 'console',
    url: running.url,
    setUpLink: running.setUpLink,
    takeOver: async (wanted) => {
      files.takeOver(wanted);
      running.takeOver(withAddress(wanted));
    },
  };
}

/** The console beside other parts: promotions matter more than a page, so where its port is taken they go on without. */
export async function startConsoleBeside(
  context: ProcessContext,
  ledger: Ledger,
  address: string,
): Promise<ConsolePart | undefined> {
  if (!context.config.console.enabled) return undefined;
  try {
    return await startServingConsole(context, ledger, address);
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'WAYBILL_CONSOLE_CANNOT_LISTEN') throw error;
    const { code, message, remedy } = error;
    context.logger.error({ code, reason: message }, 'There is no console; all else runs');
    return { kind: 'console', url: `none: ${message} ${remedy}`, takeOver: async () => undefined };
  }
}
