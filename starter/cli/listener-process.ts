import { temporalAddress } from '../../temporal/connect.ts';
import type { LongRun } from './run-process.ts';
import { ledgerInReach } from './open-process-ledger.ts';
import { startListening, withListenerPort } from './start-listening.ts';
import { listenerLine, logLine, noListenerLine, reportText } from './start-up-report.ts';

/** The listener alone, against the configured Temporal service. */
export const listenerProcess: LongRun = {
  name: 'listener',
  async start(context) {
    const { config, say } = context;
    const listening = await startListening(context);
    const { listener } = listening;
    if (listener === undefined) {
      say(reportText('There is nothing to listen for.', [noListenerLine], 'The sweep of the worker finds everything.'));
      return undefined;
    }
    const lines = [
      listenerLine(withListenerPort(config, listener), listener),
      ['Temporal', temporalAddress(config)] as const,
      logLine(config, 'listener'),
    ];
    say(reportText('The listener is running.', lines, 'Ctrl-C ends it.'));
    return { ended: new Promise(() => undefined), parts: [listening], ledger: ledgerInReach(context) };
  },
};
