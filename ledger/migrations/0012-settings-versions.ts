import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/** What stood in the configuration file whenever the console saved it. */
export function settingsVersions({ text, tableEnd }: DialectWords): Migration {
  return {
    up: (db) =>
      runStatements(db, [
        `create table settings_versions (
           n integer primary key,
           saved_at_utc ${text} not null,
           saved_by ${text},
           what ${text} not null,
           fingerprint ${text} not null,
           yaml ${text} not null
         ) ${tableEnd}`,
      ]),
  };
}
