import path from 'node:path';
import type { Config } from '../../config/types.ts';
import type { LivePart } from '../live/live-settings.ts';
import { keepDevServer } from './keep-dev-server.ts';
import { openProcessLedger } from './open-process-ledger.ts';
import type { LongRun, ProcessContext } from './run-process.ts';
import { startConsoleBeside } from './console-server.ts';
import { startSubscribing, subscriberLine } from './start-subscribing.ts';
import { startListening, withListenerPort } from './start-listening.ts';
import {
  consoleLine,
  ledgerLine,
  listenerLine,
  logLine,
  noListenerLine,
  type ReportLine,
  reportText,
  watchedLine,
} from './start-up-report.ts';
import { waitForTemporal } from './wait-for-temporal.ts';

/** Worker, listener and, unless a service is configured, the Temporal server, all in this process tree. */
export const upProcess: LongRun = {
  name: 'up',
  async start(context) {
    const { config, configFile, environment, logger, closers, say } = context;
    // It takes seconds and holds up everything else meanwhile, so it comes before what is expected to answer.
    const { startWorker } = await import('../../worker/start-worker.ts');
    const ledger = await openProcessLedger(context);
    const temporal = await temporalService(context);
    const listening = await startListening(context, temporal.address);
    const { listener } = listening;
    const called = withListenerPort(config, listener);
    const worker = await startWorker({
      config: called,
      ledger,
      logger,
      address: temporal.address,
      surroundings: { folder: path.dirname(configFile), env: environment },
      handleSignals: false,
    });
    closers.defer(() => worker.close());
    const subscribing = await startSubscribing(context, ledger, temporal.address);
    const served = await startConsoleBeside(context, ledger, temporal.address);
    const hasSources = Object.keys(config.sources).length > 0;
    const lines: ReportLine[] = [
      ...(hasSources ? [watchedLine(config)] : []),
      ...(listener ? [listenerLine(called, listener)] : hasSources ? [noListenerLine] : []),
      ...(subscribing.subscriber ? [subscriberLine(context)] : []),
      ...(served ? [consoleLine(served)] : []),
      temporal.line,
      ledgerLine(ledger),
      logLine(config, 'up'),
    ];
    say(reportText('Waybill is running.', lines, 'Ctrl-C ends it; steps under way are finished first.'));
    const working: LivePart = {
      kind: 'worker',
      takeOver: (wanted) => worker.takeOver(withListenerPort(wanted, listening.listener)),
    };
    const parts = [listening, working, subscribing, ...(served ? [served] : [])];
    return { ended: worker.done, parts, ledger: Promise.resolve(ledger) };
  },
};

interface TemporalService {
  readonly address: string;
  readonly line: ReportLine;
}

/** The configured service once it answers, else the development server, which ends with this process. */
async function temporalService(context: ProcessContext): Promise<TemporalService> {
  const { config, closers, say } = context;
  if (config.temporal.address !== undefined) {
    const address = await waitForTemporal(context);
    return { address, line: ['Temporal', address, ...webPage(config.temporal.uiUrl)] };
  }
  say(`Starting the Temporal server, with its data in ${config.temporal.devServer.database}\n`);
  const server = await keepDevServer({ ...context, onProgress: (line) => say(`  ${line}\n`) });
  closers.defer(() => server.close());
  const { address, uiUrl, logFile } = server;
  return { address, line: ['Temporal', address, ...webPage(config.temporal.uiUrl ?? uiUrl), `its log: ${logFile}`] };
}

function webPage(url: Config['temporal']['uiUrl']): string[] {
  return url === undefined ? [] : [`web page: ${url}`];
}
