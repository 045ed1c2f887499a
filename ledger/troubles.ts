import { sql } from 'kysely';
import { fromJson } from './columns.ts';
import { type Delivery, toDelivery } from './deliveries.ts';
import type { StoreParts } from './store.ts';

/** A delivery in trouble, with what a person calls its app. */
export interface TroubledDelivery<Trouble = unknown> extends Delivery<Trouble> {
  readonly trouble: Trouble;
  readonly site?: string;
  readonly appId?: string;
  readonly appName?: string;
  readonly owner?: string;
}

export interface Troubles {
  /** Deliveries that have trouble and no end, longest first. */
  troubles<Trouble = unknown>(): Promise<TroubledDelivery<Trouble>[]>;
  /**
   * True for the one caller that is to send the mail about this trouble of this site: nobody was told so within the
   * last `windowMs` milliseconds. NOT safe to repeat: the mail's own Message-ID is what makes a repeat harmless.
   */
  claimTroubleMail(target: string, code: string, windowMs: number): Promise<boolean>;
}

/** Makes the troubles group over a database or a transaction. */
export function createTroubles({ db, nowUtc }: StoreParts): Troubles {
  return {
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
