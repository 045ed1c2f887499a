import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Logger } from '../../common/logger.ts';
import { servedSites } from '../../config/lookup.ts';
import type { Config } from '../../config/types.ts';
import type { AttemptSink } from '../../ledger/attempt-sink.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { countedSink } from './activity-metrics.ts';
import { certificateGauges } from './certificate-gauges.ts';
import { ledgerGauges } from './ledger-gauges.ts';

export interface WorkerMetrics {
  readonly contentType: string;
  /** Everything as Prometheus reads it. What the ledger does not tell now is left out. */
  text(): Promise<string>;
  /** The sink, counting what passes. */
  counting(sink: AttemptSink): AttemptSink;
}

export interface MetricsOptions {
  /** Asked for the settings of the moment. */
  readonly config: () => Pick<Config, 'sites' | 'sources' | 'worker'>;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/** What this worker process can tell a monitoring tool: itself, its steps, and what the ledger holds. */
export function createMetrics({ config, ledger, logger }: MetricsOptions): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const parts = [
    ledgerGauges(registry, ledger, () => Object.keys(config().sources)),
    certificateGauges(registry, config, () => servedSites(config())),
  ];
  return {
    contentType: registry.contentType,
    counting: (sink) => countedSink(registry, sink),
    async text() {
      const read = await Promise.allSettled(parts.map((part) => part()));
      for (const one of read)
        if (one.status === 'rejected') logger.warn({ err: one.reason as unknown }, 'metrics of the ledger are missing');
      return registry.metrics();
    },
  };
}
