import type { Selectable } from 'kysely';
import { fromJson, jsonPatch, toJson, toJsonOrNull } from './columns.ts';
import type { DeliveryState } from './states.ts';
import type { StoreParts } from './store.ts';
import type { DeliveryTable } from './tables.ts';

/**
 * The state of a delivery. What is left out stays as it is, `null` clears. Without an end it is a word on what goes on,
 * so it changes nothing on a delivery that has ended: whoever says it was late.
 */
export interface DeliveryPatch {
  readonly promotionKey: string;
  /** The target site's alias. */
  readonly target: string;
  readonly state: DeliveryState;
  /** Why it waits: what the console and the CLI show. No secrets. */
  readonly trouble?: unknown;
  readonly waitingSinceUtc?: string | null;
  /** What was delivered: streams, target apps, their states. */
  readonly items?: unknown;
  readonly endedAtUtc?: string | null;
}

export interface Delivery<Trouble = unknown, Items = unknown> {
  readonly promotionKey: string;
  readonly target: string;
  readonly state: DeliveryState;
  readonly trouble?: Trouble;
  readonly waitingSinceUtc?: string;
  readonly items: Items;
  readonly startedAtUtc: string;
  readonly endedAtUtc?: string;
  readonly updatedAtUtc: string;
}

export interface DeliveryFilter {
  readonly promotionKey?: string;
  /** Of any of these promotions; a few hundred at a time. */
  readonly promotionKeys?: readonly string[];
  readonly target?: string;
  readonly state?: DeliveryState;
  /** `true`: without an end; `false`: ended. */
  readonly open?: boolean;
  /** Default 1,000. */
  readonly limit?: number;
}

export interface Deliveries {
  /** Makes the delivery's row or changes it; the last write wins. Safe to repeat. */
  upsertDelivery(patch: DeliveryPatch): Promise<void>;
  /** Deliveries, latest start first. */
  listDeliveries<Trouble = unknown, Items = unknown>(filter?: DeliveryFilter): Promise<Delivery<Trouble, Items>[]>;
}

/** Makes the deliveries group over a database or a transaction. */
export function createDeliveries({ db, nowUtc }: StoreParts): Deliveries {
  return {
    async upsertDelivery(patch) {
      const now = nowUtc();
      await db
        .insertInto('deliveries')
        .values(newRow(patch, now))
        .onConflict((conflict) => {
          const update = conflict.columns(['promotion_key', 'target']).doUpdateSet({
            state: patch.state,
            trouble: jsonPatch(patch.trouble),
            items: patch.items === undefined ? undefined : toJson(patch.items),
            waiting_since_utc: patch.waitingSinceUtc,
            ended_at_utc: patch.endedAtUtc,
            updated_at_utc: now,
          });
          return patch.endedAtUtc === undefined ? update.where('deliveries.ended_at_utc', 'is', null) : update;
        })
        .execute();
    },

    async listDeliveries<Trouble, Items>(filter: DeliveryFilter = {}) {
      const { promotionKey, promotionKeys, target, state, open, limit = 1000 } = filter;
      let query = db.selectFrom('deliveries').selectAll();
      if (promotionKeys !== undefined) query = query.where('promotion_key', 'in', promotionKeys);
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (target !== undefined) query = query.where('target', '=', target);
      if (state !== undefined) query = query.where('state', '=', state);
      if (open !== undefined) query = query.where('ended_at_utc', open ? 'is' : 'is not', null);
      const rows = await query.orderBy('started_at_utc', 'desc').orderBy('target').limit(limit).execute();
      return rows.map(toDelivery<Trouble, Items>);
    },
  };
}

function newRow(patch: DeliveryPatch, nowUtc: string): DeliveryTable {
  return {
    promotion_key: patch.promotionKey,
    target: patch.target,
    state: patch.state,
    trouble: toJsonOrNull(patch.trouble),
    items: toJson(patch.items ?? []),
    waiting_since_utc: patch.waitingSinceUtc ?? null,
    started_at_utc: nowUtc,
    ended_at_utc: patch.endedAtUtc ?? null,
    updated_at_utc: nowUtc,
  };
}

/** The delivery of a row. */
export function toDelivery<Trouble, Items>(row: Selectable<DeliveryTable>): Delivery<Trouble, Items> {
  return {
    promotionKey: row.promotion_key,
    target: row.target,
    state: row.state,
    trouble: fromJson(row.trouble) as Trouble | undefined,
    waitingSinceUtc: row.waiting_since_utc ?? undefined,
    items: fromJson(row.items) as Items,
    startedAtUtc: row.started_at_utc,
    endedAtUtc: row.ended_at_utc ?? undefined,
    updatedAtUtc: row.updated_at_utc,
  };
}
