import { Counter, Histogram, type Registry } from 'prom-client';
import type { AttemptSink } from '../../ledger/attempt-sink.ts';
import type { AttemptEnd } from '../../ledger/attempts.ts';

/** From a read of some milliseconds to the transfer of a very large app. */
const SECONDS = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 1800, 7200];
const NO_SITE = '';

/** A sink that counts what it hands on. Labels are names of steps and sites, never of apps or people. */
export function countedSink(registry: Registry, sink: AttemptSink): AttemptSink {
  const registers = [registry];
  const attempts = new Counter({
    name: 'waybill_activity_attempts_total',
    help: 'Attempts of steps that have ended, by how they ended.',
    labelNames: ['activity', 'site', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'waybill_activity_duration_seconds',
    help: 'Duration of attempts of steps.',
    labelNames: ['activity', 'site'],
    buckets: SECONDS,
    registers,
  });
  const bytes = new Counter({
    name: 'waybill_transferred_bytes_total',
    help: 'Bytes of app files that were exported or uploaded.',
    labelNames: ['activity', 'site'],
    registers,
  });
  const count = (row: AttemptEnd): void => {
    const labels = { activity: row.activityType, site: row.site ?? NO_SITE };
    attempts.inc({ ...labels, outcome: row.outcome });
    durations.observe(labels, Math.max(0, Date.parse(row.endedAtUtc) - Date.parse(row.startedAtUtc)) / 1000);
    if (row.sizeBytes !== undefined) bytes.inc(labels, row.sizeBytes);
  };
  return {
    ...sink,
    attemptFinished(row) {
      count(row);
      sink.attemptFinished(row);
    },
  };
}
