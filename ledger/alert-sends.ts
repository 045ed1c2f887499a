import type { Selectable } from 'kysely';
import type { StoreParts } from './store.ts';
import type { AlertSendTable } from './tables.ts';

/**
 * `waiting`: to be sent next. `held`: waits for the digest. `sent`: the destination took it. `given-up`: it did not, for
 * as long as was tried.
 */
export type AlertSendState = 'waiting' | 'held' | 'sent' | 'given-up';

export type AlertKind = 'failed' | 'recovered';

/** One alert of one reload at one destination; `recipient` is empty where the destination is one place. */
export interface AlertSendKey {
  readonly tenant: string;
  readonly reloadId: string;
  readonly kind: AlertKind;
  /** Kind and name, as in `slack/bi-team`. */
  readonly destination: string;
  readonly recipient: string;
}

export interface AlertSend extends AlertSendKey {
  readonly appId: string;
  readonly state: AlertSendState;
  readonly attempts: number;
  readonly lastError?: string;
  readonly createdAtUtc: string;
  readonly updatedAtUtc: string;
}

export interface AlertSends {
  /** The claim of an alert at a destination: made by this call, or found. Of any number of calls one is fresh. */
  claimAlert(key: AlertSendKey & { readonly appId: string }): Promise<{ fresh: boolean; state: AlertSendState }>;
  /** What became of it; one that was sent stays sent. A try counts where there is an error or it was sent. */
  noteAlert(key: AlertSendKey, state: AlertSendState, error?: string): Promise<void>;
  getAlert(key: AlertSendKey): Promise<AlertSend | undefined>;
  /** Alerts, oldest first. Default limit 1,000. */
  listAlerts(filter?: {
    readonly tenant?: string;
    readonly reloadId?: string;
    readonly state?: AlertSendState;
    readonly limit?: number;
  }): Promise<AlertSend[]>;
}

/** Makes the group of alerts over a database or a transaction. */
export function createAlertSends(parts: StoreParts): AlertSends {
  return { ...claiming(parts), ...reading(parts) };
}

function oneOf({ db }: StoreParts, { tenant, reloadId, kind, destination, recipient }: AlertSendKey) {
  return db
    .selectFrom('alert_sends')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('reload_id', '=', reloadId)
    .where('kind', '=', kind)
    .where('destination', '=', destination)
    .where('recipient', '=', recipient);
}

function claiming(parts: StoreParts): Pick<AlertSends, 'claimAlert' | 'noteAlert'> {
  const { db, nowUtc } = parts;
  return {
    async claimAlert(input) {
      const made = await db
        .insertInto('alert_sends')
        .values(newRow(input, nowUtc()))
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'reload_id', 'kind', 'destination', 'recipient']).doNothing(),
        )
        .returning('state')
        .executeTakeFirst();
      if (made) return { fresh: true, state: made.state };
      const { state } = await oneOf(parts, input).executeTakeFirstOrThrow();
      return { fresh: false, state };
    },

    async noteAlert({ tenant, reloadId, kind, destination, recipient }, state, error) {
      const isTry = state === 'sent' || error !== undefined;
      await db
        .updateTable('alert_sends')
        .set((row) => ({
          state,
          attempts: isTry ? row('attempts', '+', 1) : row.ref('attempts'),
          last_error: error ?? null,
          updated_at_utc: nowUtc(),
        }))
        .where('tenant', '=', tenant)
        .where('reload_id', '=', reloadId)
        .where('kind', '=', kind)
        .where('destination', '=', destination)
        .where('recipient', '=', recipient)
        .where('state', '<>', 'sent')
        .execute();
    },
  };
}

function reading(parts: StoreParts): Pick<AlertSends, 'getAlert' | 'listAlerts'> {
  const { db } = parts;
  return {
    async getAlert(key) {
      const row = await oneOf(parts, key).executeTakeFirst();
      return row && toAlert(row);
    },

    async listAlerts({ tenant, reloadId, state, limit = 1000 } = {}) {
      let query = db.selectFrom('alert_sends').selectAll();
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (reloadId !== undefined) query = query.where('reload_id', '=', reloadId);
      if (state !== undefined) query = query.where('state', '=', state);
      const rows = await query
        .orderBy('created_at_utc')
        .orderBy('destination')
        .orderBy('recipient')
        .limit(limit)
        .execute();
      return rows.map(toAlert);
    },
  };
}

function newRow(input: AlertSendKey & { readonly appId: string }, nowUtc: string): AlertSendTable {
  return {
    tenant: input.tenant,
    reload_id: input.reloadId,
    kind: input.kind,
    destination: input.destination,
    recipient: input.recipient,
    app_id: input.appId,
    state: 'waiting',
    attempts: 0,
    last_error: null,
    created_at_utc: nowUtc,
    updated_at_utc: nowUtc,
  };
}

/** A row as an alert. */
export function toAlert(row: Selectable<AlertSendTable>): AlertSend {
  return {
    tenant: row.tenant,
    reloadId: row.reload_id,
    kind: row.kind,
    destination: row.destination,
    recipient: row.recipient,
    appId: row.app_id,
    state: row.state,
    attempts: row.attempts,
    lastError: row.last_error ?? undefined,
    createdAtUtc: row.created_at_utc,
    updatedAtUtc: row.updated_at_utc,
  };
}
