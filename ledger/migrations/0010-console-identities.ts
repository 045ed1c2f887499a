import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/** Whom an identity provider knows somebody as, and when he was last here. */
export function consoleIdentities({ text }: DialectWords): Migration {
  return {
    up: (db) =>
      runStatements(db, [
        `alter table console_people add column subject ${text}`,
        `alter table console_people add column signed_in_at_utc ${text}`,
        'create unique index console_people_by_subject on console_people (subject)',
        'create index console_links_open on console_links (purpose, person) where used_at_utc is null',
      ]),
  };
}
