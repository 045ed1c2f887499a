/** The moment at which a day (`2026-03-29`) begins in a zone, as ISO 8601, UTC; `undefined` for what is no day. */
export function startOfDayUtc(day: string, timeZone?: string): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  if (year === undefined || month === undefined || date === undefined || Number.isNaN(midnight)) return undefined;
  // The offset of the zone is asked for twice: the first answer may be that of the other side of a change of clocks.
  const near = midnight - zoneOffsetMs(midnight, timeZone);
  return new Date(midnight - zoneOffsetMs(near, timeZone)).toISOString();
}

const DAY_MS = 86_400_000;

/** The day after. */
export function nextDay(day: string): string {
  return daysLater(day, 1);
}

/** The day before. */
export function dayBefore(day: string): string {
  return daysLater(day, -1);
}

function daysLater(day: string, days: number): string {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(midnight) ? day : new Date(midnight + days * DAY_MS).toISOString().slice(0, 10);
}

/** How far the clocks of a zone are ahead of UTC at a moment. */
export function zoneOffsetMs(at: number, timeZone: string | undefined): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(at).replace(' ', 'T')}.000Z`) - Math.floor(at / 1000) * 1000;
}
