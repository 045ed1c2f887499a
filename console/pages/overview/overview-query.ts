import { z } from 'zod';
import { createClock } from '../../../common/clock.ts';
import type { Config } from '../../../config/types.ts';
import type { FigureAsk } from '../../../views/figures/figure.ts';
import { daysBefore, daysBetween, timeSlices } from '../../../views/figures/time-slices.ts';
import { siteName } from '../../html/links.ts';
import { absent, optionalText } from '../../server/query-fields.ts';

export const ranges = { '7': '7 days', '30': '30 days', '90': '90 days', '365': '365 days' } as const;

const USUAL_RANGE = '30';
/** Ten years: no chart has room for more months. */
const MOST_DAYS = 3660;

/** Of a time in which there can be promotions. */
const day = z
  .union([absent, z.iso.date().refine((one) => one >= '2000-01-01' && one < '3000-01-01', 'before 2000 or after 2999')])
  .optional();

/** What stands behind the ? of the overview and of its files. An empty field of its form is none. */
export const overviewQuery = z
  .object({
    range: z.union([absent, z.enum(['7', '30', '90', '365'])]).optional(),
    from: day,
    to: day,
    site: optionalText,
    stream: optionalText,
    owner: optionalText,
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], message: 'it is before the first day' })
  .refine(({ from, to }) => !from || daysBetween(from, to ?? new Date().toISOString().slice(0, 10)) <= MOST_DAYS, {
    path: ['from'],
    message: `more than ${MOST_DAYS} days`,
  });

export type OverviewQuery = z.output<typeof overviewQuery>;

/** The days of an overview, both counted. Days that are given go before a range. */
export function daysOf({ range = USUAL_RANGE, from, to }: OverviewQuery, timeZone: string | undefined): Days {
  const today = createClock(timeZone).moment(new Date().toISOString()).slice(0, 10);
  const last = to ?? (from !== undefined && from > today ? from : today);
  return { from: from ?? daysBefore(last, Number(range) - 1), to: last };
}

export interface Days {
  readonly from: string;
  readonly to: string;
}

/** What the figures are asked of. */
export function askOf(config: Config, query: OverviewQuery): FigureAsk {
  const { from, to } = daysOf(query, config.timeZone);
  const { site, stream, owner } = query;
  return {
    time: timeSlices(from, to, config.timeZone),
    narrowed: { site, stream, owner },
    siteName: (alias) => siteName(config, alias),
  };
}

/** An address with these filters, and with more. */
export function withQuery(path: string, query: OverviewQuery, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...more })) if (value !== undefined) params.set(name, value);
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}

/** The range that is shown, where days are not given. */
export function chosenRange({ range, from, to }: OverviewQuery): string | undefined {
  return from === undefined && to === undefined ? (range ?? USUAL_RANGE) : undefined;
}
