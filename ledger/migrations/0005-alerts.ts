import type { Migration } from 'kysely/migration';
import { type DialectWords, oneOf, runStatements } from './dialect-words.ts';

/** Failed reloads in Qlik Cloud, what is known of each, and what was sent of it where. */
export function alerts(words: DialectWords): Migration {
  return { up: (db) => runStatements(db, [...failures(words), ...sends(words)]) };
}

function failures({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table reload_failures (
       tenant ${text} not null,
       reload_id ${text} not null,
       app_id ${text} not null,
       status ${text} not null,
       state ${text} not null ${oneOf('state', ['open', 'alerted', 'passed'])},
       event ${text} not null,
       found_at_utc ${text} not null,
       ended_at_utc ${text},
       recovered_at_utc ${text},
       primary key (tenant, reload_id)
     ) ${tableEnd}`,
    'create index reload_failures_of_app on reload_failures (tenant, app_id, found_at_utc)',
    `create table reload_parts (
       tenant ${text} not null,
       reload_id ${text} not null,
       part ${text} not null,
       facts ${text},
       missing_why ${text},
       primary key (tenant, reload_id, part)
     ) ${tableEnd}`,
  ];
}

function sends({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table alert_sends (
       tenant ${text} not null,
       reload_id ${text} not null,
       kind ${text} not null ${oneOf('kind', ['failed', 'recovered'])},
       destination ${text} not null,
       recipient ${text} not null,
       app_id ${text} not null,
       state ${text} not null ${oneOf('state', ['waiting', 'held', 'sent', 'given-up'])},
       attempts integer not null,
       last_error ${text},
       created_at_utc ${text} not null,
       updated_at_utc ${text} not null,
       primary key (tenant, reload_id, kind, destination, recipient)
     ) ${tableEnd}`,
    'create index alert_sends_by_state on alert_sends (state, updated_at_utc)',
  ];
}
