import type { Migration } from 'kysely/migration';
import { type DialectWords, oneOf, runStatements } from './dialect-words.ts';

const deliveryStates = [
  'planning',
  'staging',
  'publishing',
  'verifying',
  'waiting-for-export',
  'waiting-for-lock',
  'needs-operator',
  'verified',
  'skipped',
  'aborted',
  'superseded',
];

/** What was done at the targets: deliveries, trouble mails, stagings, backups, locks of apps that are being replaced. */
export function deliveriesAndStagings(words: DialectWords): Migration {
  return {
    up: (db) => runStatements(db, [...deliveries(words), ...stagings(words), ...backups(words), ...locks(words)]),
  };
}

function deliveries({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table deliveries (
       promotion_key ${text} not null,
       target ${text} not null,
       state ${text} not null ${oneOf('state', deliveryStates)},
       trouble ${text},
       items ${text} not null,
       waiting_since_utc ${text},
       started_at_utc ${text} not null,
       ended_at_utc ${text},
       updated_at_utc ${text} not null,
       primary key (promotion_key, target)
     ) ${tableEnd}`,
    'create index deliveries_by_start on deliveries (started_at_utc)',
    'create index deliveries_of_target on deliveries (target, state)',
    'create index deliveries_of_state on deliveries (state)',
    'create index deliveries_open on deliveries (started_at_utc) where ended_at_utc is null',
    'create index deliveries_in_trouble on deliveries (target) where trouble is not null and ended_at_utc is null',
    `create table trouble_mails (
       target ${text} not null,
       code ${text} not null,
       sent_at_utc ${text} not null,
       primary key (target, code)
     ) ${tableEnd}`,
  ];
}

function stagings({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table stagings (
       promotion_key ${text} not null,
       target ${text} not null,
       n integer not null check (n >= 0),
       name ${text} not null,
       app_id ${text},
       purpose ${text} not null ${oneOf('purpose', ['upload', 'copy', 'unpublish'])},
       state ${text} not null ${oneOf('state', ['intended', 'open', 'published', 'removed', 'abandoned'])},
       created_at_utc ${text} not null,
       closed_at_utc ${text},
       primary key (promotion_key, target, n)
     ) ${tableEnd}`,
    'create index stagings_of_target on stagings (target, state, created_at_utc)',
    'create index stagings_of_state on stagings (state, created_at_utc)',
    'create index stagings_by_name on stagings (target, name)',
  ];
}

function locks({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table overwrite_locks (
       target ${text} not null,
       target_app_id ${text} not null,
       promotion_key ${text} not null,
       begun integer not null check (begun in (0, 1)),
       taken_at_utc ${text} not null,
       primary key (target, target_app_id)
     ) ${tableEnd}`,
    'create index overwrite_locks_of_promotion on overwrite_locks (promotion_key, target)',
  ];
}

function backups({ text, bigint, tableEnd }: DialectWords): string[] {
  return [
    `create table backups (
       target ${text} not null,
       target_app_id ${text} not null,
       promotion_key ${text} not null,
       sha256 ${text} not null,
       size_bytes ${bigint} not null check (size_bytes >= 0),
       with_data integer not null check (with_data in (0, 1)),
       at_utc ${text} not null,
       primary key (target, target_app_id, promotion_key)
     ) ${tableEnd}`,
    'create index backups_of_promotion on backups (promotion_key)',
    'create index backups_by_time on backups (at_utc)',
  ];
}
