import { nextDay, startOfDayUtc } from '../../common/day.ts';

/** A time, cut into slices that a chart has room for. */
export interface TimeSlices {
  /** Where slices begin, and where the last one ends (UTC). */
  readonly slices: readonly string[];
  /** The first day of each slice; of months, the month. */
  readonly labels: readonly string[];
  readonly unit: 'day' | 'week' | 'month';
}

const MOST_DAYS = 45;
const MOST_DAYS_OF_WEEKS = 200;
const DAY_MS = 86_400_000;

/** From a day to another one, both whole, in a zone: by days, weeks or months, as long as it is. */
export function timeSlices(from: string, to: string, timeZone: string | undefined): TimeSlices {
  const days = daysBetween(from, to);
  const unit = days <= MOST_DAYS ? 'day' : days <= MOST_DAYS_OF_WEEKS ? 'week' : 'month';
  const begins: string[] = [];
  for (let day = from; day <= to; day = beginOfNext(day, unit)) begins.push(day);
  return {
    unit,
    labels: begins.map((day) => (unit === 'month' ? day.slice(0, 7) : day)),
    slices: [...begins, nextDay(to)].map((day) => startOfDayUtc(day, timeZone) ?? day),
  };
}

/** How many days there are from one to another, both counted. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}

/** The day that lies so many days before another one. */
export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

function beginOfNext(day: string, unit: TimeSlices['unit']): string {
  if (unit === 'day') return nextDay(day);
  if (unit === 'week') return daysBefore(day, -7);
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}
