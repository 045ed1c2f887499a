import type { Config } from '../../config/types.ts';
import type { RunningListener } from '../listener/start-listener.ts';
import type { ProcessContext } from './run-process.ts';

/**
 * Starts the listener, unless every source is polled; it is closed when the process ends. `address` is the Temporal
 * service in place of the configured one.
 * @throws as `startListener`
 */
export async function startListening(context: ProcessContext, address?: string): Promise<RunningListener | undefined> {
  const { config, logger, closers } = context;
  if (Object.values(config.sources).every(({ watch }) => watch === 'poll')) return undefined;
  const { startListener } = await import('../listener/start-listener.ts');
  const listener = await startListener({ config, logger, address });
  closers.defer(() => listener.close());
  return listener;
}

/** The configuration with the port that the listener got, where it asks for any free one and nobody named another. */
export function withListenerPort(config: Config, { port }: Pick<RunningListener, 'port'>): Config {
  const { listener } = config;
  if (listener.port !== 0) return config;
  return { ...config, listener: { ...listener, publicUrl: listener.publicUrl.replace(/:0$/, `:${port}`) } };
}
