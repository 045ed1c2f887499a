import { HOUR } from './shared.ts';

/** A moment at which the calendar does something of its own; offsets of Berlin from UTC, in hours. */
export interface Edge {
  readonly name: string;
  readonly atMs: number;
  readonly offsetBefore: number;
  readonly offsetAfter: number;
}

/** The next such moment of each kind, after a time. */
export const edges: readonly { readonly name: string; next(afterMs: number): Edge }[] = [
  { name: 'the spring change', next: (afterMs) => change('Spring change', afterMs, 2, 1, 2) },
  { name: 'the autumn change', next: (afterMs) => change('Autumn change', afterMs, 9, 2, 1) },
  { name: 'the leap day', next: leapDay },
];

/** Clocks in the European Union change on the last Sunday of March and October, at 01:00 UTC. */
function change(name: string, afterMs: number, month: number, offsetBefore: number, offsetAfter: number): Edge {
  const year = new Date(afterMs).getUTCFullYear();
  const [atMs = 0] = [year, year + 1].map((one) => lastSunday(one, month)).filter((ms) => ms > afterMs + 48 * HOUR);
  return { name, atMs, offsetBefore, offsetAfter };
}

function lastSunday(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 1));
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * HOUR;
}

/** The beginning of the next 29 February in Berlin. */
function leapDay(afterMs: number): Edge {
  const year = new Date(afterMs).getUTCFullYear();
  const starts = Array.from({ length: 9 }, (_, more) => Date.UTC(year + more, 1, 29) - HOUR);
  const isLeapDay = (ms: number): boolean => new Date(ms + HOUR).getUTCDate() === 29;
  const [atMs = 0] = starts.filter((ms) => isLeapDay(ms) && ms > afterMs + 48 * HOUR);
  return { name: 'Leap day', atMs, offsetBefore: 1, offsetAfter: 1 };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'];

/** A time as a reader in Berlin has it in a mail, worked out without the time zone database. */
export function berlinTime(ms: number, offsetHours: number): string {
  const local = new Date(ms + offsetHours * HOUR);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  const zone = offsetHours === 1 ? 'CET' : 'CEST';
  return `${day}, ${two(local.getUTCHours())}:${two(local.getUTCMinutes())} ${zone} (Europe/Berlin)`;
}
