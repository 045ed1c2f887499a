/** A worker as `waybill worker` runs it, over the configuration of the bench. */
import { createLogger } from '../../common/logger.ts';
import { loadConfig } from '../../config/load.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { nowhere } from './nowhere.ts';
import { serveParent } from './serve-parent.ts';

await serveParent(async ({ configFile }: { configFile: string }) => {
  const config = await loadConfig(configFile);
  const logger = await createLogger({ ...config.logging, pretty: 'off' }, { process: 'worker', terminal: nowhere() });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const worker = await startWorker({ config, ledger, logger, handleSignals: false });
  const close = async (): Promise<void> => {
    await worker.close();
    await ledger.close();
    await logger.close();
  };
  return { ready: true, close };
});
