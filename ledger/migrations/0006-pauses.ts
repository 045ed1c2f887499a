import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/** Sites at which nothing is begun for a while; one pause of a site at a time. */
export function pauses({ text, tableEnd }: DialectWords): Migration {
  return {
    up: (db) =>
      runStatements(db, [
        `create table pauses (
           pause_id ${text} primary key,
           site ${text} not null,
           why ${text} not null,
           paused_by ${text} not null,
           paused_at_utc ${text} not null,
           resumed_by ${text},
           resumed_at_utc ${text}
         ) ${tableEnd}`,
        'create unique index pauses_in_force on pauses (site) where resumed_at_utc is null',
      ]),
  };
}
