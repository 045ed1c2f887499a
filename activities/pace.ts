import type { Config } from '../config/types.ts';

/**
 * The durations that workflows work with, in milliseconds (and bytes a second). Activities hand them over, so that
 * a workflow never reads a setting, and an open promotion takes a changed one over at its next step.
 */
export interface Pace {
  readonly readMs: number;
  readonly writeMs: number;
  readonly publishMs: number;
  readonly exportMs: number;
  readonly uploadBaseMs: number;
  readonly uploadBytesPerSecond: number;
  /** Up to this size a transfer runs beside the short steps; absent as older workers told the pace. */
  readonly smallTransferBytes?: number;
  /** Whether looks are tried as local activities first; absent as older workers told the pace. */
  readonly localLooks?: boolean;
  /** How long the export of a small app may take before its deliveries start beside it; absent as older workers told the pace. */
  readonly exportHeadStartMs?: number;
  readonly heartbeatMs: number;
  readonly readRetry: RetryPace;
  readonly writeRetry: RetryPace;
  readonly lockRetry: { readonly firstMs: number; readonly maxMs: number };
  readonly needsOperatorAfterMs: number;
  readonly recheckMs: number;
  readonly deliveryExpireMs: number;
  readonly mail: RetryPace & { readonly giveUpAfterMs: number };
}

export interface RetryPace {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** The pace that the present configuration asks for. */
export function paceOf(config: Config): Pace {
  const { timeouts, retry, mail, worker } = config;
  return {
    readMs: timeouts.readMs,
    writeMs: timeouts.writeMs,
    publishMs: timeouts.publishMs,
    exportMs: timeouts.exportMs,
    uploadBaseMs: timeouts.uploadBaseMs,
    uploadBytesPerSecond: timeouts.uploadRateBytes,
    smallTransferBytes: worker.smallTransferBytes,
    localLooks: worker.localLooks,
    exportHeadStartMs: worker.exportHeadStartMs,
    heartbeatMs: timeouts.heartbeatMs,
    readRetry: retry.read,
    writeRetry: retry.write,
    lockRetry: retry.lock,
    needsOperatorAfterMs: retry.needsOperatorAfterMs,
    recheckMs: retry.recheckMs,
    deliveryExpireMs: retry.expireMs,
    mail: {
      firstMs: mail.retry.firstMs,
      factor: 2,
      maxMs: mail.retry.maxMs,
      giveUpAfterMs: mail.retry.giveUpAfterMs,
    },
  };
}
