import { containsText } from './columns.ts';
import type { StoreParts } from './store.ts';

/** An app that was decided about: its promotions bear one name on one source site, whatever ids it had there. */
export interface PromotedApp {
  readonly site: string;
  readonly appName: string;
  readonly promotions: number;
  readonly latestUtc: string;
}

export interface PromotedAppFilter {
  readonly site?: string;
  /** Found anywhere in app name, owner, app id or promotion key of one of its promotions. */
  readonly text?: string;
  /** How many to leave out, for a next page. */
  readonly skip?: number;
  /** Default 100. */
  readonly limit?: number;
}

export interface PromotedApps {
  /** Apps, the one that was decided about last first. Reads only. */
  listPromotedApps(filter?: PromotedAppFilter): Promise<PromotedApp[]>;
}

/** Makes the apps group over a database or a transaction. */
export function createPromotedApps({ db }: StoreParts): PromotedApps {
  return {
    async listPromotedApps({ site, text, skip = 0, limit = 100 } = {}) {
      let query = db
        .selectFrom('promotions')
        .select(({ fn }) => [
          'site',
          'app_name',
          fn.countAll<number | string>().as('promotions'),
          fn.max('started_at_utc').as('latest_utc'),
        ]);
      if (site !== undefined) query = query.where('site', '=', site);
      if (text) query = query.where(containsText('search', text));
      const rows = await query
        .groupBy(['site', 'app_name'])
        .orderBy('latest_utc', 'desc')
        .orderBy('site')
        .orderBy('app_name')
        .limit(limit)
        .offset(skip)
        .execute();
      return rows.map((row) => ({
        site: row.site,
        appName: row.app_name,
        promotions: Number(row.promotions),
        latestUtc: row.latest_utc,
      }));
    },
  };
}
