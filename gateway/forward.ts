import type { Broker } from './broker.ts';
import { createDrainer } from './drain-spool.ts';
import { Failures } from './failures.ts';
import type { ForwardEvents } from './forward-events.ts';
import type { TakeEvent } from './handle-request.ts';
import type { Spool } from './spool.ts';

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
  const publish = createTellingPublish(broker, events);
  if (!spool) {
    const take: TakeEvent = (topic, body) => publish(topic, body).then(() => 'confirmed');
    return { take, close: () => Promise.resolve() };
  }
  const drainer = createDrainer({ broker, spool, publish, events });
  return {
    async take(topic, body) {
      if (spool.length === 0) {
        const isConfirmed = await publish(topic, body).then(
          () => true,
          () => false,
        );
        if (isConfirmed) return 'confirmed';
      }
      await spool.append({ topic, body });
      drainer.soon();
      return 'spooled';
    },
    close: () => drainer.close(),
  };
}

type Publish = Broker['publish'];

/** Publishes, and tells of what the broker does not confirm: by topic, as it may have a right to one and not to another. */
function createTellingPublish(broker: Broker, events: ForwardEvents): Publish {
  const failures = new Failures({
    failed: (topic, reason) => events.notConfirmed(topic, reason),
    over: (topic) => events.confirmedAgain(topic),
  });
  return async (topic, body) => {
    try {
      await broker.publish(topic, body);
    } catch (error) {
      failures.failed(topic, (error as Error).message);
      throw error;
    }
    failures.over(topic);
  };
}
