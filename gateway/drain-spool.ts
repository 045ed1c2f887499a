import type { Broker } from './broker.ts';
import { Failures } from './failures.ts';
import type { ForwardEvents } from './forward-events.ts';
import { RefusedForGoodError } from './publish.ts';
import type { Spool, SpooledEvent, TakenOrNot } from './spool.ts';

/** After an event was spooled, and after the first that the broker did not take; twice as long after each that follows. */
const SOON_MS = 250;
const LONGEST_PAUSE_MS = 5000;

export interface DrainerParts {
  readonly broker: Pick<Broker, 'isConnected' | 'onConnect'>;
  readonly spool: Spool;
  /** Tells itself of what is not confirmed. */
  readonly publish: Broker['publish'];
  readonly events: ForwardEvents;
}

/** Empties the spool into the broker, whenever there is something and the broker takes it. */
export interface Drainer {
  /** Something was spooled. */
  soon(): void;
  /** Ends when nothing is being drained. */
  close(): Promise<void>;
}

/** Begins whenever a connection stands; after what was not taken it waits, longer each time, up to some seconds. */
export function createDrainer({ broker, spool, publish, events }: DrainerParts): Drainer {
  const failures = new Failures({ failed: (_, reason) => events.spoolFailed(reason), over: () => undefined });
  let draining: Promise<void> | undefined;
  let again: NodeJS.Timeout | undefined;
  let pauseMs = SOON_MS;
  let isClosed = false;
  const take = async ({ topic, body }: SpooledEvent): Promise<TakenOrNot> => {
    const became = await publish(topic, body).then(() => 'taken' as const, refusedOrNot);
    pauseMs = SOON_MS;
    return became;
  };
  const drain = (): void => {
    if (spool.length === 0 || !broker.isConnected || draining || isClosed) return;
    draining = spool
      .drain(take, (file, reason) => events.putAside(file, reason))
      .then(
        () => {
          failures.over('spool');
          events.drained();
        },
        (error: Error) => {
          if (!(error instanceof NotTakenError)) failures.failed('spool', error.message);
          later(pauseMs);
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        },
      )
      .finally(() => {
        draining = undefined;
        if (spool.length > 0) later(SOON_MS);
      });
  };
  // One that waits already is left alone: events that keep coming would put it off for ever, or cut its pause short.
  const later = (ms: number): void => {
    if (again || isClosed) return;
    again = setTimeout(() => {
      again = undefined;
      drain();
    }, ms);
    again.unref();
  };
  // A broker may end the connection with its refusal: the next one is no reason to cut the pause short.
  broker.onConnect(() => {
    if (!again) drain();
  });
  return {
    soon: () => later(SOON_MS),
    async close() {
      isClosed = true;
      clearTimeout(again);
      await draining;
    },
  };
}

/** The broker did not take an event for now. */
class NotTakenError extends Error {
  override readonly name = 'NotTakenError';
}

function refusedOrNot(error: Error): 'refused' {
  if (error instanceof RefusedForGoodError) return 'refused';
  throw new NotTakenError(error.message, { cause: error });
}
