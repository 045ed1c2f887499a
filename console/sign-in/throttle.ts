import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { lasting } from '../../common/clock.ts';
import { waybillError } from '../../common/errors/catalogue.ts';

export interface ThrottleLimits {
  /** Wrong passwords for one name, from wherever. */
  readonly perName: number;
  /** Wrong passwords from one address, for whatever names. */
  readonly perAddress: number;
  /** How long they count, in milliseconds from the first one on. */
  readonly windowMs: number;
}

export const usualLimits: ThrottleLimits = { perName: 10, perAddress: 50, windowMs: 15 * 60_000 };

/** A try to sign in: as whom, and from where. */
export interface Try {
  readonly name: string;
  readonly address: string;
}

/** Slows down whoever guesses passwords. Each process counts for itself, in memory. */
export interface Throttle {
  /**
   * Counts a try as a wrong one, before it is looked at: tries at the same time do not get past the limit.
   * @throws WAYBILL_CONSOLE_TOO_MANY_TRIES with how long to wait
   */
  begin(what: Try): Promise<void>;
  /** The password was right: the name is free again. */
  succeed(what: Try): Promise<void>;
}

/** Makes the throttle of a console. */
export function createThrottle({ perName, perAddress, windowMs }: ThrottleLimits = usualLimits): Throttle {
  const duration = windowMs / 1000;
  const names = new RateLimiterMemory({ points: perName, duration });
  const addresses = new RateLimiterMemory({ points: perAddress, duration });
  return {
    async begin({ name, address }) {
      // The address first: who is held back by it cannot go on to lock others out by their names.
      await consume(addresses, networkOf(address), 'from your address');
      await consume(names, nameKey(name), 'for this name');
    },
    async succeed({ name, address }) {
      await names.delete(nameKey(name));
      // Only this one try: who guesses could else begin anew each time with a password that is his own.
      await addresses.reward(networkOf(address));
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string, where: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterMs = refused.msBeforeNext;
    throw waybillError('WAYBILL_CONSOLE_TOO_MANY_TRIES', { where, wait: waitText(retryAfterMs) }, { retryAfterMs });
  }
}

function waitText(waitMs: number): string {
  const minuteMs = 60_000;
  return waitMs > minuteMs ? `${Math.ceil(waitMs / minuteMs)} minutes` : lasting(Math.ceil(waitMs / 1000) * 1000);
}

function nameKey(name: string): string {
  return name.trim().toLowerCase();
}

/** What one subscriber has: the IPv4 address itself, the first half of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = '', tail] = bare.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
