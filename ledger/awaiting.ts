import type { Selectable } from 'kysely';
import { containsText, fromJson, searchText, toJson, toJsonOrNull } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { AwaitingTable } from './tables.ts';

/** An app that waits for a decision. */
export interface Awaiting {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
  readonly stream?: string;
  readonly publishTimeUtc?: string;
  readonly waitingSinceUtc: string;
  /** What is in the way of a decision, in plain words. */
  readonly missing: readonly string[];
  /** The addresses that were told. */
  readonly alertedTo: readonly string[];
  /** What else the inbox shows. */
  readonly facts?: unknown;
}

export interface AwaitingFilter {
  readonly site?: string;
  readonly owner?: string;
  /** Found anywhere in app name, owner, stream or app id, in any case of letters. */
  readonly text?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

export interface AwaitingApps {
  /** Writes the whole row of an app, over the one that stood. Safe to repeat. */
  upsertAwaiting(row: Awaiting): Promise<void>;
  /** Whether there was a row to take away. Safe to repeat. */
  deleteAwaiting(site: string, appId: string): Promise<boolean>;
  /** The row of an app, or `undefined`. */
  getAwaiting(site: string, appId: string): Promise<Awaiting | undefined>;
  /** Waiting apps, longest waiting first. */
  listAwaiting(filter?: AwaitingFilter): Promise<Awaiting[]>;
}

/** Makes the awaiting group over a database or a transaction. */
export function createAwaiting({ db }: StoreParts): AwaitingApps {
  return {
    async upsertAwaiting(input) {
      const row = toRow(input);
      await db
        .insertInto('awaiting')
        .values(row)
        .onConflict((conflict) => conflict.columns(['site', 'app_id']).doUpdateSet(row))
        .execute();
    },

    async deleteAwaiting(site, appId) {
      const { numDeletedRows } = await db
        .deleteFrom('awaiting')
        .where('site', '=', site)
        .where('app_id', '=', appId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },

    async getAwaiting(site, appId) {
      const row = await db
        .selectFrom('awaiting')
        .selectAll()
        .where('site', '=', site)
        .where('app_id', '=', appId)
        .executeTakeFirst();
      return row && toAwaiting(row);
    },

    async listAwaiting({ site, owner, text, limit = 1000 } = {}) {
      let query = db.selectFrom('awaiting').selectAll();
      if (site !== undefined) query = query.where('site', '=', site);
      if (owner !== undefined) query = query.where('owner', '=', owner);
      if (text) query = query.where(containsText('search', text));
      const rows = await query.orderBy('waiting_since_utc').orderBy('app_id').limit(limit).execute();
      return rows.map(toAwaiting);
    },
  };
}

function toRow(input: Awaiting): AwaitingTable {
  return {
    site: input.site,
    app_id: input.appId,
    app_name: input.appName,
    owner: input.owner,
    stream: input.stream ?? null,
    publish_time_utc: input.publishTimeUtc ?? null,
    waiting_since_utc: input.waitingSinceUtc,
    missing: toJson(input.missing),
    alerted_to: toJson(input.alertedTo),
    facts: toJsonOrNull(input.facts),
    search: searchText([input.appName, input.owner, input.stream, input.appId]),
  };
}

function toAwaiting(row: Selectable<AwaitingTable>): Awaiting {
  return {
    site: row.site,
    appId: row.app_id,
    appName: row.app_name,
    owner: row.owner,
    stream: row.stream ?? undefined,
    publishTimeUtc: row.publish_time_utc ?? undefined,
    waitingSinceUtc: row.waiting_since_utc,
    missing: fromJson(row.missing) as string[],
    alertedTo: fromJson(row.alerted_to) as string[],
    facts: fromJson(row.facts),
  };
}
