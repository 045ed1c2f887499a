import type { Client } from '@temporalio/client';
import type { Logger } from '../common/logger.ts';
import type { Config } from '../config/types.ts';
import { signals, workflowIds } from '../workflows/contract.ts';

export interface TellWatchesOptions {
  readonly config: Pick<Config, 'sources'>;
  readonly logger: Logger;
}

/**
 * A watch keeps its pace for its whole run, also while no worker is there: it is told to begin another run, with the
 * settings of now. One that is not there begins with them. Safe to repeat.
 */
export async function tellWatches({ config, logger }: TellWatchesOptions, client: Client): Promise<void> {
  for (const site of Object.keys(config.sources)) {
    const handle = client.workflow.getHandle(workflowIds.siteWatch(site));
    await handle
      .signal(signals.settings)
      .catch(({ message: reason }: Error) => logger.debug({ site, reason }, 'siteWatch was not told of new settings'));
  }
}
