import ms from 'ms';

/** Times as people of one zone read them. All take ISO 8601. */
export interface Clock {
  /** `2025-11-22 14:05`. */
  moment(utc: string): string;
  /** `2025-11-22 14:05:09`. */
  exact(utc: string): string;
  /** `2 h ago`, `just now`. */
  ago(utc: string): string;
  /** The zone's IANA name. */
  readonly zone: string;
}

const A_MOMENT_MS = 5000;

/** The clock of a zone by its IANA name; the system's when none is given. `nowMs` is for tests. */
export function createClock(timeZone?: string, nowMs: () => number = Date.now): Clock {
  // Of all locales, Swedish writes dates in the order that sorts.
  const short = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const long = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return {
    moment: (utc) => short.format(new Date(utc)),
    exact: (utc) => long.format(new Date(utc)),
    ago(utc) {
      const ageMs = nowMs() - Date.parse(utc);
      return ageMs < A_MOMENT_MS ? 'just now' : `${lasting(ageMs)} ago`;
    },
    zone: short.resolvedOptions().timeZone,
  };
}

/** A length of time in its largest unit: `2 h`, `350 ms`. */
export function lasting(durationMs: number): string {
  return ms(Math.max(0, Math.round(durationMs))).replace(/^(\d+)(\D+)$/, '$1 $2');
}
