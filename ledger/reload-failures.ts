import type { Selectable } from 'kysely';
import { fromJson, toJson, toJsonOrNull } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { ReloadFailureTable } from './tables.ts';

/** `open`: being looked into. `alerted`: told on. `passed`: a later attempt of the same reload went well. */
export type ReloadFailureState = 'open' | 'alerted' | 'passed';

/** One reload of one tenant, by alias. */
export interface ReloadKey {
  readonly tenant: string;
  readonly reloadId: string;
}

export interface ReloadFailureInput extends ReloadKey {
  readonly appId: string;
  /** FAILED, EXCEEDED_LIMIT, CANCELED. */
  readonly status: string;
  /** What the event said, `null` where none came. No secrets. */
  readonly event: unknown;
}

export interface ReloadFailure extends ReloadFailureInput {
  readonly state: ReloadFailureState;
  readonly foundAtUtc: string;
  readonly endedAtUtc?: string;
  /** When the app was known to reload again. */
  readonly recoveredAtUtc?: string;
}

/** One thing that Qlik Cloud was asked: what it said, or why it could not be had. */
export interface ReloadPartRow {
  readonly part: string;
  readonly facts?: unknown;
  readonly missingWhy?: string;
}

export interface ReloadFailures {
  /** The failure as it stands: made by this call, or found. Atomic across processes; safe to repeat. */
  noteReloadFailure(input: ReloadFailureInput): Promise<ReloadFailure>;
  /** Writes what is known now of a failure that is open: a later event says more. Safe to repeat. */
  amendReloadFailure(key: ReloadKey, change: Pick<ReloadFailureInput, 'status' | 'event'>): Promise<void>;
  /** Ends a failure that is open; one that has ended keeps its end. Safe to repeat. */
  endReloadFailure(key: ReloadKey, state: 'alerted' | 'passed'): Promise<void>;
  /** The latest answer of each part wins; facts win over a reason why there are none. */
  putReloadPart(key: ReloadKey, part: ReloadPartRow): Promise<void>;
  getReloadFailure(key: ReloadKey): Promise<ReloadFailure | undefined>;
  reloadParts(key: ReloadKey): Promise<ReloadPartRow[]>;
  /** Of these reloads, those that the ledger knows. */
  knownReloads(tenant: string, reloadIds: readonly string[]): Promise<Set<string>>;
  /** Failures, newest first; of one tenant and app where given. Default limit 1,000. */
  listReloadFailures(filter?: {
    readonly tenant?: string;
    readonly appId?: string;
    readonly state?: ReloadFailureState;
    readonly limit?: number;
  }): Promise<ReloadFailure[]>;
  /** Notes that an app reloads again after these failures; those of them that were alerted and not yet known to be over. */
  noteRecovery(tenant: string, reloadIds: readonly string[], atUtc: string): Promise<ReloadFailure[]>;
  /**
   * Apps with failures that were alerted and are not known to be over: by id, those that come after `after`. Reads only.
   */
  failingApps(tenant: string, page: { readonly after: string; readonly limit: number }): Promise<string[]>;
  /** Failures of the app that were alerted and are not known to be over, oldest first. Reads only. */
  standingFailures(tenant: string, appId: string): Promise<ReloadFailure[]>;
}

const idsPerQuery = 500;

/** Makes the group of reload failures over a database or a transaction. */
export function createReloadFailures(parts: StoreParts): ReloadFailures {
  return { ...failureNotes(parts), ...partNotes(parts), ...failureQuestions(parts) };
}

type Notes = 'noteReloadFailure' | 'amendReloadFailure' | 'endReloadFailure' | 'noteRecovery';

function failureNotes({ db, nowUtc }: StoreParts): Pick<ReloadFailures, Notes> {
  const change = ({ tenant, reloadId }: ReloadKey) =>
    db
      .updateTable('reload_failures')
      .where('tenant', '=', tenant)
      .where('reload_id', '=', reloadId)
      .where('state', '=', 'open');

  return {
    async noteReloadFailure(input) {
      const made = await db
        .insertInto('reload_failures')
        .values(newRow(input, nowUtc()))
        .onConflict((conflict) => conflict.columns(['tenant', 'reload_id']).doNothing())
        .returningAll()
        .executeTakeFirst();
      return toFailure(made ?? (await oneFailure(db, input).executeTakeFirstOrThrow()));
    },

    async amendReloadFailure(key, { status, event }) {
      await change(key)
        .set({ status, event: toJson(event) })
        .execute();
    },

    async endReloadFailure(key, state) {
      await change(key).set({ state, ended_at_utc: nowUtc() }).execute();
    },

    async noteRecovery(tenant, reloadIds, atUtc) {
      const over: ReloadFailure[] = [];
      for (let start = 0; start < reloadIds.length; start += idsPerQuery) {
        const rows = await db
          .updateTable('reload_failures')
          .set({ recovered_at_utc: atUtc })
          .where('tenant', '=', tenant)
          .where('reload_id', 'in', reloadIds.slice(start, start + idsPerQuery))
          .where('state', '=', 'alerted')
          .where('recovered_at_utc', 'is', null)
          .returningAll()
          .execute();
        over.push(...rows.map(toFailure));
      }
      return over;
    },
  };
}

function partNotes({ db }: StoreParts): Pick<ReloadFailures, 'putReloadPart' | 'reloadParts'> {
  return {
    async putReloadPart({ tenant, reloadId }, { part, facts, missingWhy }) {
      const row = { facts: toJsonOrNull(facts), missing_why: missingWhy ?? null };
      const insert = db.insertInto('reload_parts').values({ tenant, reload_id: reloadId, part, ...row });
      await insert
        .onConflict((conflict) => {
          const update = conflict.columns(['tenant', 'reload_id', 'part']).doUpdateSet(row);
          return facts === undefined ? update.where('reload_parts.facts', 'is', null) : update;
        })
        .execute();
    },

    async reloadParts({ tenant, reloadId }) {
      const rows = await db
        .selectFrom('reload_parts')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('reload_id', '=', reloadId)
        .orderBy('part')
        .execute();
      return rows.map((row) => ({
        part: row.part,
        facts: fromJson(row.facts),
        missingWhy: row.missing_why ?? undefined,
      }));
    },
  };
}

type Questions = 'getReloadFailure' | 'knownReloads' | 'listReloadFailures' | 'standingFailures' | 'failingApps';

function failureQuestions({ db }: StoreParts): Pick<ReloadFailures, Questions> {
  return {
    async getReloadFailure(key) {
      const row = await oneFailure(db, key).executeTakeFirst();
      return row && toFailure(row);
    },

    async knownReloads(tenant, reloadIds) {
      const known = new Set<string>();
      for (let start = 0; start < reloadIds.length; start += idsPerQuery) {
        const rows = await db
          .selectFrom('reload_failures')
          .select('reload_id')
          .where('tenant', '=', tenant)
          .where('reload_id', 'in', reloadIds.slice(start, start + idsPerQuery))
          .execute();
        for (const row of rows) known.add(row.reload_id);
      }
      return known;
    },

    async listReloadFailures({ tenant, appId, state, limit = 1000 } = {}) {
      let query = db.selectFrom('reload_failures').selectAll();
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (appId !== undefined) query = query.where('app_id', '=', appId);
      if (state !== undefined) query = query.where('state', '=', state);
      const rows = await query.orderBy('found_at_utc', 'desc').orderBy('reload_id').limit(limit).execute();
      return rows.map(toFailure);
    },

    async failingApps(tenant, { after, limit }) {
      const rows = await standing(db, tenant)
        .select('app_id')
        .distinct()
        .where('app_id', '>', after)
        .orderBy('app_id')
        .limit(limit)
        .execute();
      return rows.map(({ app_id }) => app_id);
    },

    async standingFailures(tenant, appId) {
      const rows = await standing(db, tenant).selectAll().where('app_id', '=', appId).orderBy('found_at_utc').execute();
      return rows.map(toFailure);
    },
  };
}

/** Failures that were alerted and are not known to be over. */
function standing(db: StoreParts['db'], tenant: string) {
  return db
    .selectFrom('reload_failures')
    .where('tenant', '=', tenant)
    .where('state', '=', 'alerted')
    .where('recovered_at_utc', 'is', null);
}

function oneFailure(db: StoreParts['db'], { tenant, reloadId }: ReloadKey) {
  return db.selectFrom('reload_failures').selectAll().where('tenant', '=', tenant).where('reload_id', '=', reloadId);
}

function newRow(input: ReloadFailureInput, nowUtc: string): ReloadFailureTable {
  return {
    tenant: input.tenant,
    reload_id: input.reloadId,
    app_id: input.appId,
    status: input.status,
    state: 'open',
    event: toJson(input.event),
    found_at_utc: nowUtc,
    ended_at_utc: null,
    recovered_at_utc: null,
  };
}

/** A row as a failure. */
export function toFailure(row: Selectable<ReloadFailureTable>): ReloadFailure {
  return {
    tenant: row.tenant,
    reloadId: row.reload_id,
    appId: row.app_id,
    status: row.status,
    state: row.state,
    event: fromJson(row.event),
    foundAtUtc: row.found_at_utc,
    endedAtUtc: row.ended_at_utc ?? undefined,
    recoveredAtUtc: row.recovered_at_utc ?? undefined,
  };
}
