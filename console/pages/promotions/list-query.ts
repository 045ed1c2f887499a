import { z } from 'zod';
import { nextDay, startOfDayUtc } from '../../../common/day.ts';
import type { PromotionFilter } from '../../../ledger/promotions.ts';
import { absent, optionalDay, optionalText } from '../../server/query-fields.ts';

/** What can be looked for, by the word that stands in the address. */
export const stateChoices = {
  open: 'under way',
  promoted: 'promoted',
  'partly-promoted': 'partly promoted',
  'not-promoted': 'not promoted',
  denied: 'denied',
  aborted: 'aborted',
  expired: 'expired',
} as const;

const words = Object.keys(stateChoices) as [keyof typeof stateChoices, ...(keyof typeof stateChoices)[]];

/** What stands behind the ? of the list's address. An empty field of its form is none. */
export const listQuery = z.object({
  text: optionalText,
  site: optionalText,
  who: optionalText,
  state: z.union([absent, z.enum(words)]).optional(),
  from: optionalDay,
  to: optionalDay,
  /** `<started>_<key>` of the last promotion of the page before. */
  after: z
    .string()
    .regex(/^[\d:.TZ-]{24}_[\w-]{1,80}$/)
    .optional(),
});

export type ListQuery = z.output<typeof listQuery>;

/** What the ledger is asked. `deciders`: every account that decided something. Days are those of `timeZone`. */
export function filterOf(query: ListQuery, deciders: readonly string[], timeZone: string | undefined): PromotionFilter {
  const { text, site, who, state, from, to, after } = query;
  const [startedAtUtc, promotionKey] = after?.split('_') ?? [];
  return {
    text,
    site,
    ...(state === 'open' ? { open: true } : { state }),
    decidedBy: who === undefined ? undefined : deciders.filter((one) => one.toLowerCase().includes(who.toLowerCase())),
    startedFromUtc: from && startOfDayUtc(from, timeZone),
    startedBeforeUtc: to && startOfDayUtc(nextDay(to), timeZone),
    after: startedAtUtc && promotionKey ? { startedAtUtc, promotionKey } : undefined,
  };
}

/** The address of the page that goes on after a promotion, with the same filters. */
export function nextPage(
  query: ListQuery,
  last: { readonly startedAtUtc: string; readonly promotionKey: string },
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, after: `${last.startedAtUtc}_${last.promotionKey}` }))
    if (value !== undefined) params.set(name, value);
  return `/promotions?${params.toString()}`;
}
