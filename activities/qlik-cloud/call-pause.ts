import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { CallPlace, CloudCall } from './cloud-call.ts';

/** Keeps calls back while the tenant takes none. */
export interface CallPause {
  /** @throws WAYBILL_CLOUD_RATE_LIMITED at once, without asking, until the time is over that the tenant last asked for */
  around<T>(call: CloudCall, run: () => Promise<T>): Promise<T>;
}

/**
 * After a 429 the tenant refuses every call of this login until its Retry-After is over (Qlik Cloud facts, section 2), and
 * each one more could count: so none is sent. `login` is the setting with the credentials.
 */
export function createCallPause(place: CallPlace, login: string): CallPause {
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    async around(call, run) {
      const leftMs = Math.ceil(untilMs - performance.now());
      if (leftMs > 0) {
        const reply = `it asked for a pause of which ${leftMs} ms are left`;
        const facts = { ...place, doing: call.doing, setting: login, reply };
        throw waybillError('WAYBILL_CLOUD_RATE_LIMITED', facts, { retryAfterMs: leftMs });
      }
      try {
        return await run();
      } catch (error) {
        const isLimit = isWaybillError(error) && error.code === 'WAYBILL_CLOUD_RATE_LIMITED';
        if (isLimit) untilMs = performance.now() + (error.retryAfterMs ?? 0);
        throw error;
      }
    },
  };
}
