import { z } from 'zod';
import { nextDay, startOfDayUtc } from '../../../common/day.ts';
import type { ReloadSearch } from '../../../ledger/reload-search.ts';
import { absent, optionalDay, optionalText } from '../../server/query-fields.ts';

/** What can have become of a failed reload, by the word that stands in the address. */
export const outlookChoices = {
  open: 'being looked into',
  standing: 'not reloaded since',
  recovered: 'reloads again',
  passed: 'went well in a later attempt',
} as const;

/** What can have become of an alert. */
export const alertChoices = {
  sent: 'sent',
  waiting: 'to be sent',
  held: 'held back',
  'given-up': 'given up',
} as const;

function oneOf<Word extends string>(choices: Readonly<Record<Word, string>>) {
  return z.union([absent, z.enum(Object.keys(choices) as [Word, ...Word[]])]).optional();
}

/** What stands behind the ? of the page's address. An empty field of its form is none. */
export const alertsQuery = z.object({
  app: optionalText,
  tenant: optionalText,
  outlook: oneOf(outlookChoices),
  alert: oneOf(alertChoices),
  destination: optionalText,
  from: optionalDay,
  to: optionalDay,
  /** `<found> <tenant> <reload id>` of the last one of the page before. */
  after: z
    .string()
    .regex(/^[\d:.TZ-]{24} \S{1,100} \S{1,200}$/)
    .optional(),
});

export type AlertsQuery = z.output<typeof alertsQuery>;

/** What the ledger is asked. Days are those of `timeZone`. */
export function searchOf(query: AlertsQuery, timeZone: string | undefined): ReloadSearch {
  const { app, tenant, outlook, alert, destination, from, to, after } = query;
  const [foundAtUtc, ofTenant, reloadId] = after?.split(' ') ?? [];
  return {
    app,
    tenant,
    outlook,
    alert,
    destination,
    fromUtc: from && startOfDayUtc(from, timeZone),
    beforeUtc: to && startOfDayUtc(nextDay(to), timeZone),
    after: foundAtUtc && ofTenant && reloadId ? { foundAtUtc, tenant: ofTenant, reloadId } : undefined,
  };
}

interface Last {
  readonly foundAtUtc: string;
  readonly tenant: string;
  readonly reloadId: string;
}

/** The address of the page that goes on after a failed reload, with the same filters. */
export function nextPage(query: AlertsQuery, { foundAtUtc, tenant, reloadId }: Last): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, after: `${foundAtUtc} ${tenant} ${reloadId}` }))
    if (value !== undefined) params.set(name, value);
  return `/alerts?${params.toString()}`;
}
