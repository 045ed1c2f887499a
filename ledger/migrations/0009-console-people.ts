import type { Migration } from 'kysely/migration';
import { type DialectWords, oneOf, runStatements } from './dialect-words.ts';

/** Who may sign in to the console; what of a one-time link is kept is its hash. */
export function consolePeople({ text, tableEnd }: DialectWords): Migration {
  return {
    up: (db) =>
      runStatements(db, [
        `create table console_people (
           name ${text} primary key,
           kind ${text} not null ${oneOf('kind', ['local', 'oidc'])},
           display_name ${text} not null,
           account ${text} not null,
           roles ${text} not null,
           groups ${text} not null,
           password_hash ${text},
           epoch integer not null,
           disabled_at_utc ${text},
           created_at_utc ${text} not null,
           updated_at_utc ${text} not null
         ) ${tableEnd}`,
        `create table console_links (
           token_hash ${text} primary key,
           purpose ${text} not null ${oneOf('purpose', ['set-up', 'password'])},
           person ${text},
           created_at_utc ${text} not null,
           expires_at_utc ${text} not null,
           used_at_utc ${text}
         ) ${tableEnd}`,
      ]),
  };
}
