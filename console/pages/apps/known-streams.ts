import { LRUCache } from 'lru-cache';
import { askForStreams } from '../../../temporal/ask-streams.ts';
import type { KnownPromotion } from '../../../views/find-app.ts';
import type { ConsoleContext } from '../../server/context.ts';

/** The streams that can be chosen at a target. */
export interface KnownStreams {
  readonly names: readonly string[];
  /** `site`: as the site told it some minutes ago at most. `promotions`: only what was promoted to before. */
  readonly from: 'site' | 'promotions';
}

export type StreamLook = (site: string, promotions: readonly KnownPromotion[]) => Promise<KnownStreams>;

/** An answer is shown for this long before the site is asked again. */
const FRESH_MS = 5 * 60_000;
/** A site that could not be asked is left alone for this long. */
const AGAIN_AFTER_MS = 60_000;
/** A page waits no longer than this for a first answer; it comes to the next page. */
const PATIENCE_MS = 700;

/**
 * Has a worker read which streams a target has, as the console may not speak to sites itself. An answer that has grown old
 * is shown once more while the site is asked again.
 */
export function createStreamLook({ config, temporal, logger }: ConsoleContext): StreamLook {
  const asked = new LRUCache<string, { readonly names: readonly string[] | undefined }>({
    max: 200,
    ttl: FRESH_MS,
    allowStale: true,
    fetchMethod: async (site, before, { options }) => {
      const names = await temporal()
        .then((client) => askForStreams(config, client, site))
        .catch((error: unknown) => {
          logger.warn({ err: error, site }, 'No worker could be asked for the streams of a site');
          return undefined;
        });
      if (names === undefined) options.ttl = AGAIN_AFTER_MS;
      return { names: names ?? before?.names };
    },
  });
  return async (site, promotions) => {
    const answer = await Promise.race([asked.fetch(site), patience()]);
    if (answer?.names) return { names: answer.names, from: 'site' };
    return { names: streamsOf(site, promotions), from: 'promotions' };
  };
}

/** Streams of a target that promotions went to, by name. */
function streamsOf(site: string, promotions: readonly KnownPromotion[]): string[] {
  const chosen = promotions.flatMap(({ decision }) => decision.targets ?? []).filter((one) => one.site === site);
  return [...new Set(chosen.flatMap(({ streams }) => streams))].toSorted((a, b) => a.localeCompare(b));
}

async function patience(): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
  return promise;
}
