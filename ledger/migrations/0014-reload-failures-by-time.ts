import type { Migration } from 'kysely/migration';
import { runStatements } from './dialect-words.ts';

/** Failed reloads are listed newest first, over all tenants, a page at a time. */
export function reloadFailuresByTime(): Migration {
  return {
    up: (db) =>
      runStatements(db, ['create index reload_failures_by_time on reload_failures (found_at_utc, tenant, reload_id)']),
  };
}
