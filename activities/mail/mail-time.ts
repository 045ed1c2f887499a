/**
 * A time for people, in the given zone and locale and with the zone named:
 * `10 Mar 2026, 14:05 GMT+1 (Europe/Berlin)`. A zone or locale that this machine does not know falls back to
 * UTC and English; a text that is no time is shown as it is. Never throws.
 */
export function mailTime(isoUtc: string, timeZone: string, locale: string): string {
  const date = new Date(isoUtc);
  if (Number.isNaN(date.getTime())) return isoUtc;
  try {
    return format(date, timeZone, locale);
  } catch {
    return format(date, 'UTC', 'en');
  }
}

function format(date: Date, timeZone: string, locale: string): string {
  const text = formatOf(timeZone, locale).format(date);
  const plain = text.replaceAll(/[\u202f\u00a0]/g, ' ');
  return /^(Etc\/)?UTC$/i.test(timeZone) ? plain : `${plain} (${timeZone})`;
}

/** Making one takes longer than the rest of a mail, and there is one zone and one locale a configuration. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, locale: string): Intl.DateTimeFormat {
  const key = `${timeZone} ${locale}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  });
  formats.set(key, made);
  return made;
}
