import type { Broker } from './broker.ts';
import type { TakeEvent } from './handle-request.ts';
import type { Spool, SpooledEvent } from './spool.ts';

/** What is told of the spool, for the log. */
export interface ForwardEvents {
  notConfirmed(reason: string): void;
  unreadable(file: string): void;
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
  const publish = ({ topic, body }: SpooledEvent): Promise<void> => broker.publish(topic, body);

  const drain = (): void => {
    if (!spool || spool.length === 0 || !broker.isConnected || draining || isClosed) return;
    draining = spool
      .drain(publish, (file) => events.unreadable(file))
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
