import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { entryOfPause, entryOfResume } from './audit-entry.ts';
import { fromJson, toJson } from './columns.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { PauseTable } from './tables.ts';

/** Stands for all sites, also those that are configured later. No alias of a site can be it. */
export const EVERY_SITE = '*';

/** Who paused or resumed. `asserted`: nobody proved the name. */
export interface PausedBy {
  readonly account: string;
  readonly door: string;
  readonly asserted: boolean;
}

/** Nothing is begun at a site, or at `EVERY_SITE`. Times are UTC. */
export interface Pause {
  readonly site: string;
  readonly why: string;
  readonly by: PausedBy;
  readonly sinceUtc: string;
}

/** What an error tells of a pause that holds a site. */
export function factsOfPause(site: string, pause: Pause): Readonly<Record<string, string>> {
  const { why, by, sinceUtc } = pause;
  const isOfAll = pause.site === EVERY_SITE;
  return {
    site,
    account: by.account,
    what: isOfAll ? 'every site' : 'it',
    sinceUtc,
    why,
    paused: isOfAll ? 'all' : site,
  };
}

export interface Pauses {
  /** The pause in force: made by this call (`isNew`), or found as somebody made it before. Safe to repeat. */
  pauseSite(input: Omit<Pause, 'sinceUtc'>): Promise<Pause & { readonly isNew: boolean }>;
  /** Ends the pause of the site; of all, and of each site by itself, for `EVERY_SITE`. What was ended. Safe to repeat. */
  resumeSite(input: { readonly site: string; readonly by: PausedBy }): Promise<Pause[]>;
  /** Pauses in force, oldest first. */
  pausesInForce(): Promise<Pause[]>;
  /** The pause that holds a site, its own or that of all. */
  pauseOf(site: string): Promise<Pause | undefined>;
}

/** Makes the pauses group over a database or a transaction. What begins or ends goes into the audit trail with it. */
export function createPauses(parts: StoreParts): Pauses {
  const { db, nowUtc } = parts;
  return {
    pauseSite: ({ site, why, by }) =>
      inTransaction(parts, async ({ db: tx, audit }) => {
        const row = { pause_id: randomUUID(), site, why, paused_by: toJson(by), paused_at_utc: nowUtc() };
        for (;;) {
          const made = await tx
            .insertInto('pauses')
            .values({ ...row, resumed_by: null, resumed_at_utc: null })
            .onConflict((conflict) => conflict.doNothing())
            .returningAll()
            .executeTakeFirst();
          if (made) {
            audit.add(entryOfPause(toPause(made)));
            return { ...toPause(made), isNew: true };
          }
          const found = await inForce(tx).where('site', '=', site).executeTakeFirst();
          // Resumed between both: try again.
          if (found) return { ...toPause(found), isNew: false };
        }
      }),

    resumeSite: ({ site, by }) =>
      inTransaction(parts, async ({ db: tx, audit }) => {
        const atUtc = nowUtc();
        const resumed = tx
          .updateTable('pauses')
          .set({ resumed_by: toJson(by), resumed_at_utc: atUtc })
          .where('resumed_at_utc', 'is', null)
          .returningAll();
        const rows = await (site === EVERY_SITE ? resumed : resumed.where('site', '=', site)).execute();
        const ended = rows.map(toPause);
        for (const pause of ended) audit.add(entryOfResume(pause, by, atUtc));
        return ended;
      }),

    async pausesInForce() {
      return (await inForce(db).execute()).map(toPause);
    },

    async pauseOf(site) {
      const row = await inForce(db).where('site', 'in', [site, EVERY_SITE]).executeTakeFirst();
      return row && toPause(row);
    },
  };
}

function inForce(db: StoreParts['db']) {
  return db.selectFrom('pauses').selectAll().where('resumed_at_utc', 'is', null).orderBy('paused_at_utc');
}

function toPause({ site, why, paused_by, paused_at_utc }: Selectable<PauseTable>): Pause {
  return { site, why, by: fromJson(paused_by) as PausedBy, sinceUtc: paused_at_utc };
}
