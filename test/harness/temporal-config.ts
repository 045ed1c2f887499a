import type { Config } from '../../config/types.ts';

type Temporal = Config['temporal'];

/** The Temporal part of a configuration with its defaults, for parts that take one. */
export function testTemporalConfig(changes: Partial<Temporal> = {}): Temporal {
  return {
    namespace: 'default',
    taskQueue: 'waybill',
    retentionMs: 30 * 24 * 3_600_000,
    decisionsBySignal: false,
    devServer: {
      database: '',
      ip: '127.0.0.1',
      port: 7233,
      uiPort: 8233,
      startTimeoutMs: 60_000,
      download: false,
      build: false,
    },
    ...changes,
  };
}
