import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RunningSubscriber } from '../alerts/start-subscriber.ts';
import type { LivePart } from '../live/live-settings.ts';
import type { ProcessContext } from './run-process.ts';
import type { ReportLine } from './start-up-report.ts';

/** The subscriber of a process, where there is one; it may come and go with later configurations. */
export interface SubscriberPart extends LivePart {
  readonly subscriber: RunningSubscriber | undefined;
}

/**
 * Starts the subscriber where a broker is configured; it is closed when the process ends. `address` is the Temporal
 * service in place of the configured one. Another configuration begins another session of the same name: the broker keeps
 * what comes in between.
 * @throws as `startSubscriber`
 */
export async function startSubscribing(
  context: ProcessContext,
  ledger: Ledger,
  address?: string,
): Promise<SubscriberPart> {
  const { closers } = context;
  let inForce = context.config;
  let subscriber = await subscriberOf(context, ledger, address, inForce);
  closers.defer(() => subscriber?.close());
  const takeOver = async (config: Config): Promise<void> => {
    await subscriber?.close();
    subscriber = undefined;
    try {
      subscriber = await subscriberOf(context, ledger, address, config);
      inForce = config;
    } catch (error) {
      subscriber = await subscriberOf(context, ledger, address, inForce);
      throw error;
    }
  };
  return {
    kind: 'subscriber',
    takeOver,
    get subscriber() {
      return subscriber;
    },
  };
}

async function subscriberOf(
  { logger }: ProcessContext,
  ledger: Ledger,
  address: string | undefined,
  config: Config,
): Promise<RunningSubscriber | undefined> {
  const { broker, tenants } = config.alerts;
  if (broker === undefined || Object.keys(tenants).length === 0) return undefined;
  const { startSubscriber } = await import('../alerts/start-subscriber.ts');
  const subscriber = await startSubscriber({
    config: { ...config, alerts: { ...config.alerts, broker } },
    ledger,
    logger,
    address,
  });
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
