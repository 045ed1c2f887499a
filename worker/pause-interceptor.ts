import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Logger } from '../common/logger.ts';
import { factsOfPause, type Pauses } from '../ledger/pauses.ts';
import { toActivityFailure } from './activity-failure.ts';

/**
 * Steps that begin nothing at a site: what happens there is still seen, so that nothing is lost, and a decision by console
 * or CLI is written down.
 */
const GOES_ON: ReadonlySet<string> = new Set([
  'openWatch',
  'renewSubscriptions',
  'sweepSite',
  'readAndRoute',
  'newsWhileDelivering',
  'recordOutsideDecision',
  'checkSite',
  'listStreams',
  'examineSite',
]);

/** Where it stands which sites are paused, and how often to look. */
export interface PauseLook {
  readonly ledger: Pick<Pauses, 'pauseOf'>;
  /** Milliseconds between two looks whether a site was resumed. */
  readonly checkEveryMs: () => number;
}

export interface PauseInterceptorOptions extends PauseLook {
  /** The site that this Worker's activities talk to. */
  readonly site: string;
  readonly logger: Logger;
}

/**
 * Begins no step at a site that is paused: it waits as an attempt that failed with WAYBILL_SITE_PAUSED, which the Temporal
 * UI shows, and is not recorded as one. What was begun before goes on to its end.
 */
export function pauseInterceptor(options: PauseInterceptorOptions): ActivityInterceptorsFactory {
  const { ledger, site, checkEveryMs, logger } = options;
  return ({ info: { activityType } }) => ({
    inbound: {
      async execute(input, next) {
        if (GOES_ON.has(activityType)) return next(input);
        const failed = (error: unknown) => toActivityFailure(error, activityType, logger);
        const pause = await ledger.pauseOf(site).catch((error: unknown) => {
          throw failed(error);
        });
        if (!pause) return next(input);
        throw failed(waybillError('WAYBILL_SITE_PAUSED', factsOfPause(site, pause), { retryAfterMs: checkEveryMs() }));
      },
    },
  });
}
