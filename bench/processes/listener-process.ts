/** The listener as `waybill listener` runs it, over the configuration of the bench. */
import { createLogger } from '../../common/logger.ts';
import { loadConfig } from '../../config/load.ts';
import { startListener } from '../../starter/listener/start-listener.ts';
import { nowhere } from './nowhere.ts';
import { serveParent } from './serve-parent.ts';

await serveParent(async ({ configFile }: { configFile: string }) => {
  const config = await loadConfig(configFile);
  const logger = await createLogger({ ...config.logging, pretty: 'off' }, { process: 'listener', terminal: nowhere() });
  const listener = await startListener({ config, logger });
  const close = async (): Promise<void> => {
    await listener.close();
    await logger.close();
  };
  return { ready: listener.url, close };
});
