import { temporalAddress } from '../../temporal/connect.ts';
import { openProcessLedger } from './open-process-ledger.ts';
import type { LongRun } from './run-process.ts';
import { startSubscribing, subscriberLine } from './start-subscribing.ts';
import { ledgerLine, logLine, reportText } from './start-up-report.ts';

/** The subscriber alone, against the configured Temporal service and ledger. */
export const subscriberProcess: LongRun = {
  name: 'subscriber',
  async start(context) {
    const { config, say } = context;
    const ledger = await openProcessLedger(context);
    const subscribing = await startSubscribing(context, ledger);
    if (subscribing.subscriber === undefined) {
      say(
        reportText(
          'There is nothing to subscribe to.',
          [],
          'Set alerts.broker and alerts.tenants; without a broker the worker asks Qlik Cloud every reconcile.every.',
        ),
      );
      return undefined;
    }
    const lines = [
      subscriberLine(context),
      ['Temporal', temporalAddress(config)] as const,
      ledgerLine(ledger),
      logLine(config, 'subscriber'),
    ];
    say(reportText('The subscriber is running.', lines, 'Ctrl-C ends it; the broker keeps what comes then.'));
    return { ended: new Promise(() => undefined), parts: [subscribing], ledger: Promise.resolve(ledger) };
  },
};
