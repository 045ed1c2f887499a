import type { Config } from '../../config/types.ts';
import type { RunningListener } from '../listener/start-listener.ts';
import type { LivePart } from '../live/live-settings.ts';
import type { ProcessContext } from './run-process.ts';

/** The listener of a process, where there is one; it may come with a later configuration, and then stays. */
export interface ListenerPart extends LivePart {
  readonly listener: RunningListener | undefined;
}

/**
 * Starts the listener, unless every source is polled; it is closed when the process ends. `address` is the Temporal
 * service in place of the configured one.
 * @throws as `startListener`
 */
export async function startListening(context: ProcessContext, address?: string): Promise<ListenerPart> {
  const { logger, closers } = context;
  let listener: RunningListener | undefined;
  const takeOver = async (config: Config): Promise<void> => {
    if (listener !== undefined) return listener.takeOver(config);
    if (Object.values(config.sources).every(({ watch }) => watch === 'poll')) return;
    const { startListener } = await import('../listener/start-listener.ts');
    listener = await startListener({ config, logger, address });
  };
  closers.defer(() => listener?.close());
  await takeOver(context.config);
  return {
    kind: 'listener',
    takeOver,
    get listener() {
      return listener;
    },
  };
}

/** The configuration with the port that the listener got, where it asks for any free one and nobody named another. */
export function withListenerPort(config: Config, listener: Pick<RunningListener, 'port'> | undefined): Config {
  const { listener: settings } = config;
  if (listener === undefined || settings.port !== 0) return config;
  return { ...config, listener: { ...settings, publicUrl: settings.publicUrl.replace(/:0$/, `:${listener.port}`) } };
}
