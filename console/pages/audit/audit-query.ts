import { z } from 'zod';
import { nextDay, startOfDayUtc } from '../../../common/day.ts';
import { auditKinds } from '../../../ledger/audit-kinds.ts';
import type { AuditFilter } from '../../../ledger/audit.ts';
import { absent, optionalDay, optionalText } from '../../server/query-fields.ts';

/** What stands behind the ? of the audit page's address and of its file. An empty field of its form is none. */
export const auditPageQuery = z.object({
  text: optionalText,
  kind: z.union([absent, z.enum(auditKinds)]).optional(),
  account: optionalText,
  site: optionalText,
  app: optionalText,
  promotion: optionalText,
  from: optionalDay,
  to: optionalDay,
  /** The lowest number of the page before. */
  before: z.coerce.number().int().positive().optional(),
});

export type AuditPageQuery = z.output<typeof auditPageQuery>;

/** What the ledger is asked. Days are those of `timeZone`. */
export function auditFilterOf(query: AuditPageQuery, timeZone: string | undefined): AuditFilter {
  const { text, kind, account, site, app, promotion, from, to, before } = query;
  return {
    text,
    kinds: kind && [kind],
    account,
    site,
    appId: app,
    promotionKey: promotion,
    fromUtc: from && startOfDayUtc(from, timeZone),
    toUtc: to && startOfDayUtc(nextDay(to), timeZone),
    beforeN: before,
  };
}

/** The address of what has these filters. */
export function withFilters(path: string, query: AuditPageQuery): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}
