import type { Selectable } from 'kysely';
import { fromJson, toJson } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { ClaimTable } from './tables.ts';

/** What was claimed: the publish of an app, a reload of it, or a decision about it. */
export type ClaimKind = 'publish' | 'reload' | 'decision';

/** `open`: its promotion goes on. `closed`: whoever finds it ends without effect. */
export type ClaimState = 'open' | 'closed';

/** One trigger. `key` tells it from the app's others: a publish time, a reload time, a decision id. */
export interface ClaimId {
  readonly kind: ClaimKind;
  readonly site: string;
  readonly appId: string;
  readonly key: string;
}

export interface ClaimInput extends ClaimId {
  readonly promotionKey: string;
  /** What the claim was made of, for people who read it later. No secrets. */
  readonly facts?: unknown;
}

/** `fresh`: this call made the claim. The rest is the claim as it stands, whoever made it. */
export interface ClaimResult {
  readonly fresh: boolean;
  readonly state: ClaimState;
  readonly promotionKey: string;
  readonly outcome?: string;
  readonly claimedAtUtc: string;
}

export interface Claim extends ClaimId {
  readonly promotionKey: string;
  readonly state: ClaimState;
  readonly outcome?: string;
  readonly facts: unknown;
  readonly claimedAtUtc: string;
  readonly closedAtUtc?: string;
}

export interface Claims {
  /**
   * The claim of a trigger: made by this call (`fresh`), or found. Atomic across processes: of any number of calls
   * exactly one is fresh. Never opens a closed claim again and never changes a claim that stands. Safe to repeat.
   */
  claim(input: ClaimInput): Promise<ClaimResult>;
  /**
   * The number of claims that this call closed. Claims closed before keep their first outcome. Safe to repeat.
   */
  closeClaims(which: { readonly promotionKey: string } | ClaimId, outcome: string): Promise<number>;
  /** The claim of a trigger, or `undefined`. */
  getClaim(id: ClaimId): Promise<Claim | undefined>;
  /** Open claims, oldest first; of one site when given. */
  openClaims(site?: string): Promise<Claim[]>;
}

/** Makes the claims group over a database or a transaction. */
export function createClaims({ db, nowUtc }: StoreParts): Claims {
  const find = (id: ClaimId) =>
    db
      .selectFrom('claims')
      .selectAll()
      .where('kind', '=', id.kind)
      .where('site', '=', id.site)
      .where('app_id', '=', id.appId)
      .where('key', '=', id.key);

  return {
    async claim(input) {
      const made = await db
        .insertInto('claims')
        .values(newRow(input, nowUtc()))
        .onConflict((conflict) => conflict.columns(['kind', 'site', 'app_id', 'key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      return toResult(made !== undefined, made ?? (await find(input).executeTakeFirstOrThrow()));
    },

    async closeClaims(which, outcome) {
      const open = db
        .updateTable('claims')
        .set({ state: 'closed', outcome, closed_at_utc: nowUtc() })
        .where('state', '=', 'open');
      const query =
        'promotionKey' in which
          ? open.where('promotion_key', '=', which.promotionKey)
          : open
              .where('kind', '=', which.kind)
              .where('site', '=', which.site)
              .where('app_id', '=', which.appId)
              .where('key', '=', which.key);
      const { numUpdatedRows } = await query.executeTakeFirst();
      return Number(numUpdatedRows);
    },

    async getClaim(id) {
      const row = await find(id).executeTakeFirst();
      return row && toClaim(row);
    },

    async openClaims(site) {
      const open = db.selectFrom('claims').selectAll().where('state', '=', 'open');
      const rows = await (site === undefined ? open : open.where('site', '=', site))
        .orderBy('claimed_at_utc')
        .orderBy('app_id')
        .execute();
      return rows.map(toClaim);
    },
  };
}

function newRow(input: ClaimInput, nowUtc: string): ClaimTable {
  return {
    kind: input.kind,
    site: input.site,
    app_id: input.appId,
    key: input.key,
    promotion_key: input.promotionKey,
    state: 'open',
    outcome: null,
    facts: toJson(input.facts),
    claimed_at_utc: nowUtc,
    closed_at_utc: null,
  };
}

function toResult(fresh: boolean, row: Selectable<ClaimTable>): ClaimResult {
  return {
    fresh,
    state: row.state,
    promotionKey: row.promotion_key,
    outcome: row.outcome ?? undefined,
    claimedAtUtc: row.claimed_at_utc,
  };
}

function toClaim(row: Selectable<ClaimTable>): Claim {
  return {
    kind: row.kind,
    site: row.site,
    appId: row.app_id,
    key: row.key,
    promotionKey: row.promotion_key,
    state: row.state,
    outcome: row.outcome ?? undefined,
    facts: fromJson(row.facts),
    claimedAtUtc: row.claimed_at_utc,
    closedAtUtc: row.closed_at_utc ?? undefined,
  };
}
