import type { Client } from '@temporalio/client';
import type { ConsoleContext } from './context.ts';
import { within } from './within.ts';

/** After Temporal did not answer, pages do not ask it for this long. */
const AGAIN_AFTER_MS = 10_000;

interface TemporalQuestion {
  /** A page is never held up longer than this, in milliseconds. */
  readonly patienceMs: number;
  /** For the log: as in `what is pending`. */
  readonly what: string;
}

/** Asks Temporal; `undefined` where it is away, and for some seconds after it was: pages are made without it. */
export function temporalOrNone(
  { temporal, logger }: Pick<ConsoleContext, 'temporal' | 'logger'>,
  { patienceMs, what }: TemporalQuestion,
): <T>(ask: (client: Client) => Promise<T>) => Promise<T | undefined> {
  let awayUntil = 0;
  return async (ask) => {
    if (Date.now() < awayUntil) return undefined;
    try {
      return await within(patienceMs, async () => ask((await temporal()).client));
    } catch (error) {
      awayUntil = Date.now() + AGAIN_AFTER_MS;
      logger.warn({ err: error }, `Temporal could not be asked ${what}`);
      return undefined;
    }
  };
}
