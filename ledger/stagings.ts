import type { Selectable } from 'kysely';
import type { StoreParts } from './store.ts';
import type { StagingTable } from './tables.ts';

/** What an app under a staging name was made for. */
export type StagingPurpose = 'upload' | 'copy' | 'unpublish';

/**
 * `intended`: written before the effect; the app may or may not exist. `open`: it exists under its staging name.
 * `published`: it became an app of its stream. `removed`: it is gone, confirmed. `abandoned`: the sweep removes it.
 */
export type StagingState = 'intended' | 'open' | 'published' | 'removed' | 'abandoned';

export interface StagingKey {
  readonly promotionKey: string;
  /** The alias of the site on which the app stands. */
  readonly target: string;
  /** Number of the staging within the delivery: the last part of its name. */
  readonly n: number;
}

/** A staging as it is now. What is left out of an update stays as it is. */
export interface StagingInput extends StagingKey {
  readonly name: string;
  readonly appId?: string;
  readonly purpose: StagingPurpose;
  readonly state: StagingState;
  /** Default: now, at the first write. */
  readonly createdAtUtc?: string;
  readonly closedAtUtc?: string | null;
}

export interface Staging extends StagingKey {
  readonly name: string;
  readonly appId?: string;
  readonly purpose: StagingPurpose;
  readonly state: StagingState;
  readonly createdAtUtc: string;
  readonly closedAtUtc?: string;
}

export interface StagingFilter {
  readonly promotionKey?: string;
  readonly target?: string;
  readonly states?: readonly StagingState[];
  readonly name?: string;
  /** Only stagings made before this time. */
  readonly createdBeforeUtc?: string;
  /** Only those of promotions of this source app that have ended. */
  readonly endedOf?: { readonly site: string; readonly appId: string };
}

export interface Stagings {
  /** Makes or changes the row of a staging. A known app id is never lost. Safe to repeat. */
  upsertStaging(input: StagingInput): Promise<void>;
  /** The staging, or `undefined`. */
  getStaging(key: StagingKey): Promise<Staging | undefined>;
  /** Stagings, oldest first. */
  listStagings(filter?: StagingFilter): Promise<Staging[]>;
}

/** Makes the stagings group over a database or a transaction. */
export function createStagings({ db, nowUtc }: StoreParts): Stagings {
  return {
    async upsertStaging(input) {
      await db
        .insertInto('stagings')
        .values(newRow(input, nowUtc()))
        .onConflict((conflict) =>
          conflict.columns(['promotion_key', 'target', 'n']).doUpdateSet({
            name: input.name,
            app_id: input.appId,
            purpose: input.purpose,
            state: input.state,
            closed_at_utc: input.closedAtUtc,
          }),
        )
        .execute();
    },

    async getStaging({ promotionKey, target, n }) {
      const row = await db
        .selectFrom('stagings')
        .selectAll()
        .where('promotion_key', '=', promotionKey)
        .where('target', '=', target)
        .where('n', '=', n)
        .executeTakeFirst();
      return row && toStaging(row);
    },

    async listStagings({ promotionKey, target, states, name, createdBeforeUtc, endedOf } = {}) {
      let query = db.selectFrom('stagings').selectAll();
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (target !== undefined) query = query.where('target', '=', target);
      if (states !== undefined) query = query.where('state', 'in', states);
      if (name !== undefined) query = query.where('name', '=', name);
      if (createdBeforeUtc !== undefined) query = query.where('created_at_utc', '<', createdBeforeUtc);
      if (endedOf !== undefined) query = query.where('promotion_key', 'in', endedPromotions(db, endedOf));
      const rows = await query.orderBy('created_at_utc').orderBy('promotion_key').orderBy('n').execute();
      return rows.map(toStaging);
    },
  };
}

function endedPromotions(db: StoreParts['db'], { site, appId }: { readonly site: string; readonly appId: string }) {
  return db
    .selectFrom('promotions')
    .select('promotion_key')
    .where('site', '=', site)
    .where('app_id', '=', appId)
    .where('ended_at_utc', 'is not', null);
}

function newRow(input: StagingInput, nowUtc: string): StagingTable {
  return {
    promotion_key: input.promotionKey,
    target: input.target,
    n: input.n,
    name: input.name,
    app_id: input.appId ?? null,
    purpose: input.purpose,
    state: input.state,
    created_at_utc: input.createdAtUtc ?? nowUtc,
    closed_at_utc: input.closedAtUtc ?? null,
  };
}

function toStaging(row: Selectable<StagingTable>): Staging {
  return {
    promotionKey: row.promotion_key,
    target: row.target,
    n: row.n,
    name: row.name,
    appId: row.app_id ?? undefined,
    purpose: row.purpose,
    state: row.state,
    createdAtUtc: row.created_at_utc,
    closedAtUtc: row.closed_at_utc ?? undefined,
  };
}
