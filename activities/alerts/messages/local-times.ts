/** A moment in the five local forms that templates name, in the zone given; all empty where it is not known. */
export interface LocalTimes {
  readonly utc: string;
  /** `2024-10-14 11:31:30` */
  readonly local1: string;
  /** `10/14/2024, 11:31:30 AM` */
  readonly local2: string;
  /** `Oct 14, 2024, 11:31:30 AM` */
  readonly local3: string;
  /** `October 14, 2024 at 11:31:30 AM UTC` */
  readonly local4: string;
  /** The same as `local4`. */
  readonly local5: string;
}

const noTimes: LocalTimes = { utc: '', local1: '', local2: '', local3: '', local4: '', local5: '' };

const clock = { hour: 'numeric', minute: '2-digit', second: '2-digit' } as const;
const forms = {
  short: { year: 'numeric', month: 'numeric', day: 'numeric', ...clock },
  medium: { year: 'numeric', month: 'short', day: 'numeric', ...clock },
  full: { year: 'numeric', month: 'long', day: 'numeric', ...clock, timeZoneName: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Never throws: a text that is no time is shown as it is, and an unknown zone is UTC. */
export function localTimes(isoUtc: string | undefined, zone: string): LocalTimes {
  if (isoUtc === undefined || isoUtc === '') return noTimes;
  const date = new Date(isoUtc);
  if (Number.isNaN(date.getTime())) {
    return { utc: isoUtc, local1: isoUtc, local2: isoUtc, local3: isoUtc, local4: isoUtc, local5: isoUtc };
  }
  const known = knownZone(zone);
  const full = formatted(date, forms.full, known);
  return {
    utc: isoUtc,
    local1: sortable(date, known),
    local2: formatted(date, forms.short, known),
    local3: formatted(date, forms.medium, known),
    local4: full,
    local5: full,
  };
}

/** The zone, or UTC where this machine does not know it. */
export function knownZone(zone: string): string {
  try {
    formatOf(forms.short, zone);
    return zone;
  } catch {
    return 'UTC';
  }
}

/** Hours, minutes and whole seconds between two moments; zeros where one is not known. */
export interface Duration {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

export function durationOf(durationMs: number | undefined): Duration {
  const seconds = Math.max(0, Math.floor((durationMs ?? 0) / 1000));
  return { hours: Math.floor(seconds / 3600), minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 };
}

/** Milliseconds between two moments, or undefined where one of them is no moment. */
export function millisecondsBetween(fromUtc: string | undefined, toUtc: string | undefined): number | undefined {
  const between = Date.parse(toUtc ?? '') - Date.parse(fromUtc ?? '');
  return Number.isNaN(between) ? undefined : between;
}

function formatted(date: Date, form: Intl.DateTimeFormatOptions, zone: string): string {
  return formatOf(form, zone)
    .format(date)
    .replaceAll(/[\u202f\u00a0]/g, ' ');
}

function sortable(date: Date, zone: string): string {
  const form = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...clock,
    hour: '2-digit',
    hourCycle: 'h23',
  } as const;
  const parts = Object.fromEntries(
    formatOf(form, zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']}`;
}

/** Making one takes longer than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(form: Intl.DateTimeFormatOptions, timeZone: string): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(form)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { ...form, timeZone });
  formats.set(key, made);
  return made;
}
