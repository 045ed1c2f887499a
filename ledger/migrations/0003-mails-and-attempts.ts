import type { Migration } from 'kysely/migration';
import { type DialectWords, oneOf, runStatements } from './dialect-words.ts';

/** What people were told, and what workers tried. */
export function mailsAndAttempts(words: DialectWords): Migration {
  return { up: (db) => runStatements(db, [...mails(words), ...attempts(words)]) };
}

function mails({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table mails (
       message_id ${text} not null primary key,
       promotion_key ${text},
       kind ${text} not null,
       recipients ${text} not null,
       subject ${text} not null,
       text ${text},
       state ${text} not null ${oneOf('state', ['queued', 'sent', 'failed'])},
       attempts integer not null check (attempts >= 0),
       last_error ${text},
       created_at_utc ${text} not null,
       updated_at_utc ${text} not null
     ) ${tableEnd}`,
    'create index mails_of_promotion on mails (promotion_key, created_at_utc)',
    'create index mails_of_state on mails (state, created_at_utc)',
  ];
}

function attempts({ text, bigint, tableEnd }: DialectWords): string[] {
  return [
    `create table attempts (
       workflow_id ${text} not null,
       run_id ${text} not null,
       activity_id ${text} not null,
       attempt integer not null,
       activity_type ${text} not null,
       task_queue ${text},
       worker ${text},
       promotion_key ${text},
       site ${text},
       started_at_utc ${text} not null,
       ended_at_utc ${text},
       outcome ${text} ${oneOf('outcome', ['completed', 'failed', 'cancelled'])},
       size_bytes ${bigint},
       error_code ${text},
       error_message ${text},
       facts ${text},
       primary key (workflow_id, run_id, activity_id, attempt),
       check ((outcome is null) = (ended_at_utc is null))
     ) ${tableEnd}`,
    'create index attempts_of_promotion on attempts (promotion_key, started_at_utc)',
    'create index attempts_by_start on attempts (started_at_utc)',
  ];
}
