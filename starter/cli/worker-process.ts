import path from 'node:path';
import type { LivePart } from '../live/live-settings.ts';
import { openProcessLedger } from './open-process-ledger.ts';
import type { LongRun } from './run-process.ts';
import { ledgerLine, logLine, type ReportLine, reportText, servingLine, watchedLine } from './start-up-report.ts';
import { waitForTemporal } from './wait-for-temporal.ts';

/** The worker alone, against the configured Temporal service. */
export const workerProcess: LongRun = {
  name: 'worker',
  async start(context) {
    const { config, configFile, environment, logger, closers, say } = context;
    const ledger = await openProcessLedger(context);
    const surroundings = { folder: path.dirname(configFile), env: environment };
    const address = await waitForTemporal(context);
    const { startWorker } = await import('../../worker/start-worker.ts');
    const worker = await startWorker({
      config,
      ledger,
      logger,
      surroundings,
      handleSignals: false,
    });
    closers.defer(() => worker.close());
    const lines: ReportLine[] = [
      watchedLine(config),
      servingLine(config),
      ['Temporal', address],
      ledgerLine(ledger),
      ...(worker.healthPort === undefined ? [] : [healthLine(config.worker.healthBind, worker.healthPort)]),
      logLine(config, 'worker'),
    ];
    say(reportText('The worker is running.', lines, 'Ctrl-C ends it; steps under way are finished first.'));
    const working: LivePart = { kind: 'worker', takeOver: (wanted) => worker.takeOver(wanted) };
    return { ended: worker.done, parts: [working], ledger: Promise.resolve(ledger) };
  },
};

function healthLine(bind: string, port: number): ReportLine {
  return ['Health', `http://${bind}:${port}/health/ready`];
}
