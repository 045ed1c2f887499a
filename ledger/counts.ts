import { sql } from 'kysely';
import type { StoreParts } from './store.ts';

/** How much of everything is under way now. */
export interface LedgerCounts {
  /** Apps that wait for a decision, and since when the longest of them does (UTC). */
  readonly awaiting: readonly { readonly site: string; readonly count: number; readonly oldestSinceUtc: string }[];
  readonly openPromotions: readonly { readonly site: string; readonly state: string; readonly count: number }[];
  readonly openDeliveries: readonly { readonly target: string; readonly state: string; readonly count: number }[];
  /** Mails by state, but for those that were sent. */
  readonly unsentMails: readonly { readonly state: string; readonly count: number }[];
  /** Failed reloads that nobody was told of yet. */
  readonly openReloadFailures: readonly { readonly tenant: string; readonly count: number }[];
  /** Alerts by state, but for those that were sent. */
  readonly unsentAlerts: readonly { readonly destination: string; readonly state: string; readonly count: number }[];
}

export interface Counts {
  /** Six questions to indexes and small tables; cheap enough for every few seconds. Reads only. */
  counts(): Promise<LedgerCounts>;
}

/** Makes the counts group over a database or a transaction. */
export function createCounts({ db }: StoreParts): Counts {
  const many = db.fn.countAll<number | string>().as('count');
  return {
    async counts() {
      const awaiting = db
        .selectFrom('awaiting')
        .select(['site', many, sql<string>`min(waiting_since_utc)`.as('oldestSinceUtc')])
        .groupBy('site');
      const promotions = db.selectFrom('promotions').where('ended_at_utc', 'is', null);
      const deliveries = db.selectFrom('deliveries').where('ended_at_utc', 'is', null);
      const mails = db.selectFrom('mails').where('state', '<>', 'sent');
      const failures = db.selectFrom('reload_failures').where('state', '=', 'open');
      const alerts = db.selectFrom('alert_sends').where('state', '<>', 'sent');
      return {
        awaiting: counted(await awaiting.execute()),
        openPromotions: counted(await promotions.select(['site', 'state', many]).groupBy(['site', 'state']).execute()),
        openDeliveries: counted(
          await deliveries.select(['target', 'state', many]).groupBy(['target', 'state']).execute(),
        ),
        unsentMails: counted(await mails.select(['state', many]).groupBy('state').execute()),
        openReloadFailures: counted(await failures.select(['tenant', many]).groupBy('tenant').execute()),
        unsentAlerts: counted(
          await alerts.select(['destination', 'state', many]).groupBy(['destination', 'state']).execute(),
        ),
      };
    },
  };
}

/** PostgreSQL gives counts as text. */
function counted<Row extends { readonly count: number | string }>(
  rows: readonly Row[],
): (Omit<Row, 'count'> & { readonly count: number })[] {
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
