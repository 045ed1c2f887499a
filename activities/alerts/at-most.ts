import { waybillError } from '../../common/errors/catalogue.ts';

/** Runs deliveries, so many to one destination at a time. */
export type AtMost = <T>(destination: string, deliver: () => Promise<T>) => Promise<T>;

/**
 * Keeps a destination that does not answer from taking all the room that deliveries have: what is more than `most` is not
 * tried now, and comes later as after any failure.
 * @throws WAYBILL_ALERT_UNREACHABLE where so many are on their way already
 */
export function atMost(most: number): AtMost {
  const underWay = new Map<string, number>();
  return async (destination, deliver) => {
    const count = underWay.get(destination) ?? 0;
    if (count >= most) {
      const setting = `alerts.destinations.${destination.replace('/', '.')}`;
      const reason = `${count} other alerts are on their way to it and have no answer yet`;
      throw waybillError('WAYBILL_ALERT_UNREACHABLE', { destination, setting, host: destination, reason });
    }
    underWay.set(destination, count + 1);
    try {
      return await deliver();
    } finally {
      underWay.set(destination, (underWay.get(destination) ?? 1) - 1);
    }
  };
}
