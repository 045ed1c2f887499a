import { type Selectable, sql } from 'kysely';
import { fromJson, jsonPatch, toJson, toJsonOrNull } from './columns.ts';
import type { DeliveryState } from './states.ts';
import type { StoreParts } from './store.ts';
import type { DeliveryTable } from './tables.ts';

/** The state of a delivery. What is left out stays as it is, `null` clears. */
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
  readonly target?: string;
  readonly state?: DeliveryState;
  /** `true`: without an end; `false`: ended. */
  readonly open?: boolean;
  /** Default 1,000. */
  readonly limit?: number;
}

/** A delivery in trouble, with what a person calls its app. */
export interface TroubledDelivery<Trouble = unknown> extends Delivery<Trouble> {
  readonly trouble: Trouble;
  readonly site?: string;
  readonly appId?: string;
  readonly appName?: string;
  readonly owner?: string;
}

export interface Deliveries {
  /** Makes the delivery's row or changes it; the last write wins. Safe to repeat. */
  upsertDelivery(patch: DeliveryPatch): Promise<void>;
  /** Deliveries, latest start first. */
  listDeliveries<Trouble = unknown, Items = unknown>(filter?: DeliveryFilter): Promise<Delivery<Trouble, Items>[]>;
  /** Deliveries that have trouble and no end, longest first. */
  troubles<Trouble = unknown>(): Promise<TroubledDelivery<Trouble>[]>;
  /**
   * True for the one caller that is to send the mail about this trouble of this site: nobody was told so within the
   * last `windowMs` milliseconds. NOT safe to repeat: the mail's own Message-ID is what makes a repeat harmless.
   */
  claimTroubleMail(target: string, code: string, windowMs: number): Promise<boolean>;
}

/** Makes the deliveries group over a database or a transaction. */
export function createDeliveries({ db, nowUtc }: StoreParts): Deliveries {
  return {
    async upsertDelivery(patch) {
      const now = nowUtc();
      await db
        .insertInto('deliveries')
        .values(newRow(patch, now))
        .onConflict((conflict) =>
          conflict.columns(['promotion_key', 'target']).doUpdateSet({
            state: patch.state,
            trouble: jsonPatch(patch.trouble),
            items: patch.items === undefined ? undefined : toJson(patch.items),
            waiting_since_utc: patch.waitingSinceUtc,
            ended_at_utc: patch.endedAtUtc,
            updated_at_utc: now,
          }),
        )
        .execute();
    },

    async listDeliveries<Trouble, Items>({ promotionKey, target, state, open, limit = 1000 }: DeliveryFilter = {}) {
      let query = db.selectFrom('deliveries').selectAll();
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (target !== undefined) query = query.where('target', '=', target);
      if (state !== undefined) query = query.where('state', '=', state);
      if (open !== undefined) query = query.where('ended_at_utc', open ? 'is' : 'is not', null);
      const rows = await query.orderBy('started_at_utc', 'desc').orderBy('target').limit(limit).execute();
      return rows.map(toDelivery<Trouble, Items>);
    },

    async troubles() {
      const rows = await db
        .selectFrom('deliveries')
        .leftJoin('promotions', 'promotions.promotion_key', 'deliveries.promotion_key')
        .selectAll('deliveries')
        .select(['promotions.site', 'promotions.app_id', 'promotions.app_name', 'promotions.owner'])
        .where('deliveries.trouble', 'is not', null)
        .where('deliveries.ended_at_utc', 'is', null)
        .orderBy(sql`coalesce(deliveries.waiting_since_utc, deliveries.updated_at_utc)`)
        .execute();
      return rows.map((row) => ({
        ...toDelivery<never, unknown>(row),
        trouble: fromJson(row.trouble) as never,
        site: row.site ?? undefined,
        appId: row.app_id ?? undefined,
        appName: row.app_name ?? undefined,
        owner: row.owner ?? undefined,
      }));
    },

    async claimTroubleMail(target, code, windowMs) {
      const now = nowUtc();
      const cutoff = new Date(Date.parse(now) - windowMs).toISOString();
      const won = await db
        .insertInto('trouble_mails')
        .values({ target, code, sent_at_utc: now })
        .onConflict((conflict) =>
          conflict
            .columns(['target', 'code'])
            .doUpdateSet({ sent_at_utc: now })
            .where('trouble_mails.sent_at_utc', '<=', cutoff),
        )
        .returning('target')
        .executeTakeFirst();
      return won !== undefined;
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

function toDelivery<Trouble, Items>(row: Selectable<DeliveryTable>): Delivery<Trouble, Items> {
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
