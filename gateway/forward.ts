import type { Broker } from './broker.ts';
import type { TakeEvent } from './handle-request.ts';
import { RefusedForGoodError } from './publish.ts';
import type { Spool, SpooledEvent, TakenOrNot } from './spool.ts';

/** What is told of the spool, for the log. */
export interface ForwardEvents {
  notConfirmed(reason: string): void;
  putAside(file: string, reason: string): void;
  drained(): void;
}

export interface Forwarder {
  readonly take: TakeEvent;
  /** Ends when nothing is being drained. */
  close(): Promise<void>;
}

/**
 * Takes events: the broker confirms each, or it waits on disk. While events wait, later ones wait behind them, so that
 * they are published in the order they came. Without a spool an event that is not confirmed is not taken.
 */
export function createForwarder(broker: Broker, spool: Spool | undefined, events: ForwardEvents): Forwarder {
  let draining: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;
  let isClosed = false;
  const publish = async ({ topic, body }: SpooledEvent): Promise<TakenOrNot> => {
    try {
      await broker.publish(topic, body);
      return 'taken';
    } catch (error) {
      if (!(error instanceof RefusedForGoodError)) throw error;
      return 'refused';
    }
  };

  const drain = (): void => {
    if (!spool || spool.length === 0 || !broker.isConnected || draining || isClosed) return;
    draining = spool
      .drain(publish, (file, reason) => events.putAside(file, reason))
      .then(
        () => events.drained(),
        (error: Error) => events.notConfirmed(error.message),
      )
      .finally(() => {
        draining = undefined;
        if (spool.length > 0) drainLater();
      });
  };
  const drainLater = (): void => {
    clearTimeout(again);
    again = setTimeout(drain, DRAIN_AGAIN_MS);
    again.unref();
  };
  broker.onConnect(drain);

  return {
    async take(topic, body) {
      if (!spool || spool.length === 0) {
        try {
          await broker.publish(topic, body);
          return 'confirmed';
        } catch (error) {
          if (!spool) throw error;
          events.notConfirmed((error as Error).message);
        }
      }
      await spool.append({ topic, body });
      drainLater();
      return 'spooled';
    },

    async close() {
      isClosed = true;
      clearTimeout(again);
      await draining;
    },
  };
}

/** After an event was spooled, or the broker did not take one. */
const DRAIN_AGAIN_MS = 250;
