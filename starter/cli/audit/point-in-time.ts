import { nextDay, zoneOffsetMs } from '../../../common/day.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';

const A_DAY_MS = 24 * 60 * 60 * 1000;

/** `2026-11-21`, `2026-11-21 14:30`, with seconds, with a `T`; with an offset or `Z` where it is not of the zone. */
const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** The moment that a day or time of a zone begins, as ISO 8601 in UTC. @throws WAYBILL_CLI_USAGE, naming `option` */
export function beginOf(option: string, text: string, zone: string): string {
  const { day, time, offset } = parts(option, text);
  return time === undefined ? inZone(`${day}T00:00`, zone) : moment(option, text, `${day}T${time}`, offset, zone);
}

/** The moment at which a day of a zone is over; a time is the moment itself. @throws WAYBILL_CLI_USAGE, naming `option` */
export function endOf(option: string, text: string, zone: string): string {
  const { day, time } = parts(option, text);
  if (time !== undefined) return beginOf(option, text, zone);
  return inZone(`${nextDay(day)}T00:00`, zone);
}

function parts(option: string, text: string) {
  const [, day = '', time, offset] = pattern.exec(text.trim()) ?? [];
  const dayMs = Date.parse(`${day}T00:00Z`);
  // A day that the calendar does not have is the next month's to JavaScript.
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== day) throw unreadable(option, text);
  return { day, time, offset };
}

function moment(option: string, text: string, local: string, offset: string | undefined, zone: string): string {
  if (Number.isNaN(Date.parse(`${local}Z`))) throw unreadable(option, text);
  return offset === undefined ? inZone(local, zone) : new Date(`${local}${offset}`).toISOString();
}

/** The moment of a local time: the first of one that comes twice; one that the clock skips is as much later. */
function inZone(local: string, zone: string): string {
  const localMs = Date.parse(`${local}Z`);
  const guesses = [localMs - A_DAY_MS, localMs + A_DAY_MS].map((ms) => localMs - zoneOffsetMs(ms, zone));
  const fitting = guesses.filter((ms) => ms + zoneOffsetMs(ms, zone) === localMs);
  return new Date(fitting.length > 0 ? Math.min(...fitting) : Math.max(...guesses)).toISOString();
}

function unreadable(option: string, text: string) {
  return waybillError('WAYBILL_CLI_USAGE', {
    reason: `${option} ${JSON.stringify(text)} is no day and no time`,
    advice: 'Write it as in 2026-11-21 or "2026-11-21 14:30"; it is read in the zone of `timeZone`.',
  });
}
