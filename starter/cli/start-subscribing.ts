import type { Ledger } from '../../ledger/ledger.ts';
import type { RunningSubscriber } from '../alerts/start-subscriber.ts';
import type { ProcessContext } from './run-process.ts';
import type { ReportLine } from './start-up-report.ts';

/**
 * Starts the subscriber where a broker is configured; it is closed when the process ends. `address` is the Temporal
 * service in place of the configured one.
 * @throws as `startSubscriber`
 */
export async function startSubscribing(
  context: ProcessContext,
  ledger: Ledger,
  address?: string,
): Promise<RunningSubscriber | undefined> {
  const { config, logger, closers } = context;
  const { broker, tenants } = config.alerts;
  if (broker === undefined || Object.keys(tenants).length === 0) return undefined;
  const { startSubscriber } = await import('../alerts/start-subscriber.ts');
  const subscriber = await startSubscriber({
    config: { ...config, alerts: { ...config.alerts, broker } },
    ledger,
    logger,
    address,
  });
  closers.defer(() => subscriber.close());
  // What is published before the first session is kept for nobody; a broker that is away is waited for beside the rest.
  await subscriber.firstSession(broker.connectTimeoutMs);
  return subscriber;
}

/** What the start says of it. */
export function subscriberLine({ config }: Pick<ProcessContext, 'config'>): ReportLine {
  const { broker, tenants } = config.alerts;
  const names = Object.keys(tenants).join(', ');
  return ['Alerts', `${names}, over ${broker?.url ?? 'no broker'}`];
}
