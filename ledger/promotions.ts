import type { ExpressionBuilder, Insertable, Selectable, Updateable } from 'kysely';
import { containsText, fromJson, jsonPatch, searchText, toReadableJson } from './columns.ts';
import type { PromotionState, PromotionVerdict } from './states.ts';
import type { StoreParts } from './store.ts';
import type { LedgerTables, PromotionTable } from './tables.ts';

export interface PromotionInput<Decision = unknown> {
  readonly promotionKey: string;
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
  readonly verdict: PromotionVerdict;
  /** The whole decision: who, through which door, when, over which content, to which targets. No secrets. */
  readonly decision: Decision;
  /** Default `assessing`. */
  readonly state?: PromotionState;
  readonly startedAtUtc: string;
}

/**
 * A change: what is left out stays, `null` clears. A state without an end is a word on what goes on, so it changes
 * nothing on a promotion that has ended: whoever says it was late.
 */
export interface PromotionPatch<Artifact = unknown, Version = unknown> {
  readonly state?: PromotionState;
  readonly waitingSinceUtc?: string | null;
  /** Set: the promotion is over, and its artifact may be collected. `null` opens it again. */
  readonly endedAtUtc?: string | null;
  readonly outcome?: unknown;
  /** The exported file. Its `sha256` keeps the file in the artifact store while the promotion is open. */
  readonly artifact?: Artifact | null;
  /** The version kept in S3; a `sha256` in it keeps that file as well. */
  readonly version?: Version | null;
  /** For a decision that grew, such as targets added while the promotion runs. */
  readonly decision?: unknown;
}

export interface Promotion<Decision = unknown> {
  readonly promotionKey: string;
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
  readonly verdict: PromotionVerdict;
  readonly state: PromotionState;
  readonly decision: Decision;
  readonly artifact?: unknown;
  readonly version?: unknown;
  readonly outcome?: unknown;
  readonly startedAtUtc: string;
  readonly waitingSinceUtc?: string;
  readonly endedAtUtc?: string;
  readonly updatedAtUtc: string;
}

export interface PromotionFilter {
  readonly site?: string;
  readonly appId?: string;
  /** The whole name, case included. */
  readonly appName?: string;
  readonly state?: PromotionState;
  /** `true`: without an end; `false`: ended. */
  readonly open?: boolean;
  /** Found anywhere in app name, owner, app id or promotion key, in any case of letters. */
  readonly text?: string;
  /** Only promotions that started before this time: the next page. */
  readonly startedBeforeUtc?: string;
  /** Only promotions that started at or after this time. */
  readonly startedFromUtc?: string;
  /** Only what one of these accounts decided, as `deciders` gives them. */
  readonly decidedBy?: readonly string[];
  /** Only promotions that stand after this one in the list: the next page, whatever was added meanwhile. */
  readonly after?: Pick<Promotion, 'startedAtUtc' | 'promotionKey'>;
  /** Default 100. */
  readonly limit?: number;
}

export interface Promotions {
  /** The promotion's row, made by this call (`fresh`) or as found: a row that stands is not changed. Safe to repeat. */
  openPromotion(input: PromotionInput): Promise<{ fresh: boolean; state: PromotionState; endedAtUtc?: string }>;
  /** Whether there is such a promotion that the patch may change; the last write wins. Safe to repeat. */
  updatePromotion<A extends { readonly sha256: string }, V extends { readonly sha256?: string }>(
    promotionKey: string,
    patch: PromotionPatch<A, V>,
  ): Promise<boolean>;
  /** The promotion, or `undefined`. */
  getPromotion<Decision = unknown>(promotionKey: string): Promise<Promotion<Decision> | undefined>;
  /** Promotions, latest start first. */
  listPromotions<Decision = unknown>(filter?: PromotionFilter): Promise<Promotion<Decision>[]>;
  /** Every account that decided something, by name. */
  deciders(): Promise<string[]>;
}

/** Makes the promotions group over a database or a transaction. */
export function createPromotions({ db, nowUtc }: StoreParts): Promotions {
  const find = (promotionKey: string) =>
    db.selectFrom('promotions').selectAll().where('promotion_key', '=', promotionKey).executeTakeFirst();

  return {
    async openPromotion(input) {
      const made = await db
        .insertInto('promotions')
        .values(newRow(input, nowUtc()))
        .onConflict((conflict) => conflict.column('promotion_key').doNothing())
        .returningAll()
        .executeTakeFirst();
      const row = made ?? (await find(input.promotionKey));
      return {
        fresh: made !== undefined,
        state: row?.state ?? 'assessing',
        endedAtUtc: row?.ended_at_utc ?? undefined,
      };
    },

    async updatePromotion(promotionKey, patch) {
      const goesOn = patch.state !== undefined && patch.endedAtUtc === undefined;
      const { numUpdatedRows } = await db
        .updateTable('promotions')
        .set(changes(patch, nowUtc()))
        .where('promotion_key', '=', promotionKey)
        .$if(goesOn, (query) => query.where('ended_at_utc', 'is', null))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async getPromotion<Decision>(promotionKey: string) {
      const row = await find(promotionKey);
      return row && toPromotion<Decision>(row);
    },

    async listPromotions<Decision>(filter: PromotionFilter = {}) {
      const { site, appId, appName, state, open, text, startedBeforeUtc, startedFromUtc, decidedBy, after } = filter;
      let query = db.selectFrom('promotions').selectAll();
      if (site !== undefined) query = query.where('site', '=', site);
      if (appId !== undefined) query = query.where('app_id', '=', appId);
      if (appName !== undefined) query = query.where('app_name', '=', appName);
      if (state !== undefined) query = query.where('state', '=', state);
      if (open !== undefined) query = query.where('ended_at_utc', open ? 'is' : 'is not', null);
      if (startedBeforeUtc !== undefined) query = query.where('started_at_utc', '<', startedBeforeUtc);
      if (startedFromUtc !== undefined) query = query.where('started_at_utc', '>=', startedFromUtc);
      if (decidedBy !== undefined) query = query.where('decided_by', 'in', decidedBy);
      if (text) query = query.where(containsText('search', text));
      if (after) query = query.where(standsAfter(after));
      const rows = await query
        .orderBy('started_at_utc', 'desc')
        .orderBy('promotion_key')
        .limit(filter.limit ?? 100)
        .execute();
      return rows.map(toPromotion<Decision>);
    },

    deciders: () => listDeciders(db),
  };
}

async function listDeciders(db: StoreParts['db']): Promise<string[]> {
  const query = db.selectFrom('promotions').select('decided_by').distinct().where('decided_by', 'is not', null);
  const rows = await query.orderBy('decided_by').execute();
  return rows.flatMap(({ decided_by }) => decided_by ?? []);
}

/** Latest first, and by key where several started in the same millisecond. */
function standsAfter({ startedAtUtc, promotionKey }: NonNullable<PromotionFilter['after']>) {
  return (row: ExpressionBuilder<LedgerTables, 'promotions'>) =>
    row.or([
      row('started_at_utc', '<', startedAtUtc),
      row.and([row('started_at_utc', '=', startedAtUtc), row('promotion_key', '>', promotionKey)]),
    ]);
}

function newRow(input: PromotionInput, nowUtc: string): Insertable<PromotionTable> {
  return {
    promotion_key: input.promotionKey,
    site: input.site,
    app_id: input.appId,
    app_name: input.appName,
    owner: input.owner,
    verdict: input.verdict,
    state: input.state ?? 'assessing',
    decision: toReadableJson(input.decision),
    artifact: null,
    artifact_sha256: null,
    version: null,
    version_sha256: null,
    outcome: null,
    search: searchText([input.appName, input.owner, input.appId, input.promotionKey]),
    started_at_utc: input.startedAtUtc,
    waiting_since_utc: null,
    ended_at_utc: null,
    updated_at_utc: nowUtc,
  };
}

function changes(patch: PromotionPatch, nowUtc: string): Updateable<PromotionTable> {
  return {
    state: patch.state,
    waiting_since_utc: patch.waitingSinceUtc,
    ended_at_utc: patch.endedAtUtc,
    outcome: jsonPatch(patch.outcome),
    artifact: jsonPatch(patch.artifact),
    artifact_sha256: hashPatch(patch.artifact),
    version: jsonPatch(patch.version),
    version_sha256: hashPatch(patch.version),
    decision: patch.decision === undefined ? undefined : toReadableJson(patch.decision),
    updated_at_utc: nowUtc,
  };
}

function hashPatch(facts: unknown): string | null | undefined {
  if (facts === undefined) return undefined;
  const hash = (facts as { readonly sha256?: unknown } | null)?.sha256;
  return typeof hash === 'string' ? hash : null;
}

function toPromotion<Decision>(row: Selectable<PromotionTable>): Promotion<Decision> {
  return {
    promotionKey: row.promotion_key,
    site: row.site,
    appId: row.app_id,
    appName: row.app_name,
    owner: row.owner,
    verdict: row.verdict,
    state: row.state,
    decision: fromJson(row.decision) as Decision,
    artifact: fromJson(row.artifact),
    version: fromJson(row.version),
    outcome: fromJson(row.outcome),
    startedAtUtc: row.started_at_utc,
    waitingSinceUtc: row.waiting_since_utc ?? undefined,
    endedAtUtc: row.ended_at_utc ?? undefined,
    updatedAtUtc: row.updated_at_utc,
  };
}
