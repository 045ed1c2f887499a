import { setTimeout as wait } from 'node:timers/promises';
import { ensureSiteWatch } from '../temporal/ensure-site-watch.ts';
import { isRunning } from '../temporal/is-running.ts';
import { clientOver, type PrepareOptions, prepareTemporal } from '../temporal/prepare-temporal.ts';
import { workflowIds } from '../workflows/contract.ts';

const WATCH_EVERY_MS = 60_000;
/** A watch that could not be started is tried again after this, and then after twice as long each time. */
const FIRST_RETRY_MS = 1000;

/** Keeps the source sites of the settings of the moment watched, until `signal`. */
export class SiteKeeper {
  readonly #signal: AbortSignal;
  #current = new AbortController();
  #keeping: Promise<unknown> = Promise.resolve();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** From now on those of these settings, in place of any before. */
  keep(options: PrepareOptions): void {
    this.#current.abort();
    this.#current = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#current.signal]);
    this.#keeping = Promise.all([this.#keeping, keepSitesWatched(options, signal)]);
  }

  /** Resolves when the signal has ended it. */
  async ended(): Promise<void> {
    await this.#keeping;
  }
}

/**
 * Starts `siteWatch` of every source site that has none, now and then every minute, until `signal`. A watch that is gone
 * may mean that Temporal has lost all it had: then what promotions need there is made again first, and the new watch
 * starts what the ledger holds open. A trouble is logged, and tried again soon: until then nothing of that site is seen.
 */
async function keepSitesWatched(options: PrepareOptions, signal: AbortSignal): Promise<void> {
  const { config, logger } = options;
  const client = clientOver(options);
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    let isWatched = true;
    for (const site of Object.keys(config.sources)) {
      await watch(options, client, site).catch((error: Error) => {
        isWatched = false;
        if (!signal.aborted) logger.warn({ site, reason: error.message }, 'siteWatch could not be started');
      });
    }
    // Where there is no site, nothing else notices that Temporal has lost the Schedules of the alerts.
    if (Object.keys(config.sources).length === 0) await prepareTemporal(options).catch(() => undefined);
    const pauseMs = isWatched ? WATCH_EVERY_MS : Math.min(retryMs, WATCH_EVERY_MS);
    retryMs = isWatched ? FIRST_RETRY_MS : pauseMs * 2;
    await wait(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function watch(options: PrepareOptions, client: ReturnType<typeof clientOver>, site: string): Promise<void> {
  if (await isRunning(client, workflowIds.siteWatch(site))) return;
  await prepareTemporal(options);
  options.logger.info({ site }, 'a site has no watch; one is started, with what the ledger holds open');
  await ensureSiteWatch(client, site, options.config);
}
