import { temporalAddress } from '../../temporal/connect.ts';
import { openProcessLedger } from './open-process-ledger.ts';
import type { LongRun } from './run-process.ts';
import { consoleLine, ledgerLine, logLine, reportText } from './start-up-report.ts';
import { startServingConsole } from './console-server.ts';

/** The console alone, against the configured ledger and Temporal service. */
export const consoleProcess: LongRun = {
  name: 'console',
  async start(context) {
    const { config, say } = context;
    const ledger = await openProcessLedger(context);
    const served = await startServingConsole(context, ledger);
    const lines = [
      consoleLine(served),
      ['Temporal', temporalAddress(config)] as const,
      ledgerLine(ledger),
      logLine(config, 'console'),
    ];
    say(reportText('The console is running.', lines, 'Ctrl-C ends it.'));
    return { ended: new Promise(() => undefined), parts: [served], ledger: Promise.resolve(ledger) };
  },
};
