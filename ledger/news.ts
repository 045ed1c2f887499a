import { sql } from 'kysely';
import type { StoreParts } from './store.ts';

/** What changes with everything that a page shows. `seen` is a short text without meaning of its own. */
export interface Seen {
  readonly seen: string;
  /** Attempts without an end of a promotion that has none: bytes move that the ledger does not know of. */
  readonly running: number;
}

export interface News {
  /** Of one promotion. One question to indexes; cheap enough for every second. */
  newsOfPromotion(promotionKey: string): Promise<Seen>;
  /** Of what waits, is stuck or runs, and of the list of promotions. As cheap as what is open. */
  newsOfOpenWork(): Promise<Seen>;
}

type Row = Readonly<Record<string, string | number | null>>;

/** Makes the news group over a database or a transaction. */
export function createNews({ db }: StoreParts): News {
  const ask = async (query: ReturnType<typeof sql<Row>>): Promise<Row> => (await query.execute(db)).rows[0] ?? {};
  return {
    async newsOfPromotion(promotionKey) {
      const { running, ended, ...rest } = await ask(sql<Row>`select
        (select updated_at_utc from promotions where promotion_key = ${promotionKey}) as promotion,
        (select ended_at_utc from promotions where promotion_key = ${promotionKey}) as ended,
        (select max(id) from records where promotion_key = ${promotionKey}) as records,
        (select max(updated_at_utc) from deliveries where promotion_key = ${promotionKey}) as deliveries,
        (select max(updated_at_utc) from mails where promotion_key = ${promotionKey}) as mails,
        (select count(*) from attempts where promotion_key = ${promotionKey}) as attempts,
        (select max(ended_at_utc) from attempts where promotion_key = ${promotionKey}) as attempt,
        (select count(*) from attempts where promotion_key = ${promotionKey} and ended_at_utc is null) as running,
        (select count(*) from pauses where resumed_at_utc is null) as pauses`);
      return { seen: joined({ ...rest, ended: ended ?? null }), running: ended ? 0 : Number(running) };
    },

    async newsOfOpenWork() {
      const row = await ask(sql<Row>`select
        (select count(*) from awaiting) as waiting,
        (select max(waiting_since_utc) from awaiting) as last,
        (select sum(length(missing) + length(app_name)) from awaiting) as missing,
        (select count(*) from promotions where ended_at_utc is null) as open,
        (select max(updated_at_utc) from promotions where ended_at_utc is null) as promotion,
        (select max(started_at_utc) from promotions) as started,
        (select max(updated_at_utc) from deliveries where ended_at_utc is null) as delivery,
        (select count(*) from deliveries where trouble is not null and ended_at_utc is null) as stuck,
        (select count(*) from pauses where resumed_at_utc is null) as pauses`);
      return { seen: joined(row), running: 0 };
    },
  };
}

/** Without what means something in an address or in a stream of events. */
function joined(row: Row): string {
  return Object.values(row)
    .map((value) => String(value ?? '').replaceAll(/[^\w.-]/g, ''))
    .join('_');
}
