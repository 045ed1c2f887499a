import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/**
 * Promotions are found by who decided them. The database itself reads it out of the decision, so that rows of a worker of
 * the release before are found too.
 */
export function deciders({ text, fromJson, computed }: DialectWords): Migration {
  const account = fromJson('decision', ['by', 'account']);
  return {
    up: (db) =>
      runStatements(db, [
        `alter table promotions add column decided_by ${text} generated always as (${account}) ${computed}`,
        'create index promotions_of_decider on promotions (decided_by, started_at_utc)',
      ]),
  };
}
