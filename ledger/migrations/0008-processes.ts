import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/** Processes that run now, and which configuration each of them has. */
export function processes({ text, bigint, tableEnd }: DialectWords): Migration {
  return {
    up: (db) =>
      runStatements(db, [
        `create table processes (
           process_id ${text} primary key,
           name ${text} not null,
           host ${text} not null,
           pid ${bigint} not null,
           started_at_utc ${text} not null,
           seen_at_utc ${text} not null,
           config_file ${text} not null,
           config_fingerprint ${text} not null,
           config_since_utc ${text} not null,
           is_watching ${bigint} not null check (is_watching in (0, 1)),
           waiting ${text} not null,
           problems ${text} not null
         ) ${tableEnd}`,
      ]),
  };
}
