import type { Selectable } from 'kysely';
import { fromJson, toJson } from './columns.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { SettingsVersionTable } from './tables.ts';

/** A content of the configuration file that was saved on the console, or that stood there before it was. */
export interface SettingsVersion {
  /** 1, 2, 3 and so on, in the order of saving. */
  readonly n: number;
  readonly savedAtUtc: string;
  /** Account of who saved it; nobody is known where it was changed in the file itself. */
  readonly savedBy?: string;
  /** The settings that it changed, by path. */
  readonly what: readonly string[];
  /** Of the content of the file, secrets that stand in it included. */
  readonly fingerprint: string;
}

export interface SettingsVersions {
  /**
   * Writes down a version with its text, which holds no secret. Its number. Who adds one at the same moment waits for the
   * end of this one's transaction; so a file is written within it. Not safe to repeat.
   */
  addSettingsVersion(version: Omit<SettingsVersion, 'n' | 'savedAtUtc'> & { readonly yaml: string }): Promise<number>;
  /** Versions, newest first, without their text. */
  listSettingsVersions(page: { readonly beforeN?: number; readonly limit: number }): Promise<SettingsVersion[]>;
  /** A version with its text; `undefined` where there is none of this number. */
  findSettingsVersion(n: number): Promise<(SettingsVersion & { readonly yaml: string }) | undefined>;
}

/** Makes the group of versions of the settings over a database or a transaction. */
export function createSettingsVersions(parts: StoreParts): SettingsVersions {
  const { db, nowUtc } = parts;
  const columns = ['n', 'saved_at_utc', 'saved_by', 'what', 'fingerprint'] as const;
  return {
    addSettingsVersion: ({ savedBy, what, fingerprint, yaml }) =>
      inTransaction(parts, async ({ db: tx }) => {
        for (;;) {
          const last = await tx
            .selectFrom('settings_versions')
            .select(({ fn }) => fn.max('n').as('n'))
            .executeTakeFirst();
          const n = (last?.n ?? 0) + 1;
          const row = { n, saved_at_utc: nowUtc(), saved_by: savedBy ?? null, what: toJson(what), fingerprint, yaml };
          const { numInsertedOrUpdatedRows } = await tx
            .insertInto('settings_versions')
            .values(row)
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst();
          // PostgreSQL waited for somebody else, who has taken the number.
          if (numInsertedOrUpdatedRows === 1n) return n;
        }
      }),

    async listSettingsVersions({ beforeN, limit }) {
      const rows = await db
        .selectFrom('settings_versions')
        .select(columns)
        .$if(beforeN !== undefined, (query) => query.where('n', '<', beforeN ?? 0))
        .orderBy('n', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toVersion);
    },

    async findSettingsVersion(n) {
      const row = await db.selectFrom('settings_versions').selectAll().where('n', '=', n).executeTakeFirst();
      return row && { ...toVersion(row), yaml: row.yaml };
    },
  };
}

function toVersion(row: Omit<Selectable<SettingsVersionTable>, 'yaml'>): SettingsVersion {
  return {
    n: row.n,
    savedAtUtc: row.saved_at_utc,
    savedBy: row.saved_by ?? undefined,
    what: fromJson(row.what) as string[],
    fingerprint: row.fingerprint,
  };
}
