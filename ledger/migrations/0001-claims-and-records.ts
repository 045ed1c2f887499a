import type { Migration } from 'kysely/migration';
import { type DialectWords, oneOf, runStatements } from './dialect-words.ts';

const promotionStates = [
  'assessing',
  'awaiting-decision',
  'exporting',
  'versioning',
  'delivering',
  'finishing',
  'needs-operator',
  'promoted',
  'partly-promoted',
  'not-promoted',
  'denied',
  'expired',
  'aborted',
  'withdrawn',
];

/** What makes a trigger happen once, and what says who decided what: claims, promotions, records, memories. */
export function claimsAndRecords(words: DialectWords): Migration {
  return { up: (db) => runStatements(db, [...claims(words), ...promotions(words), ...records(words), ...apps(words)]) };
}

function claims({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table claims (
       kind ${text} not null ${oneOf('kind', ['publish', 'reload', 'decision'])},
       site ${text} not null,
       app_id ${text} not null,
       key ${text} not null,
       promotion_key ${text} not null,
       state ${text} not null ${oneOf('state', ['open', 'closed'])},
       outcome ${text},
       facts ${text} not null,
       claimed_at_utc ${text} not null,
       closed_at_utc ${text},
       primary key (kind, site, app_id, key),
       check ((state = 'closed') = (closed_at_utc is not null))
     ) ${tableEnd}`,
    'create index claims_of_promotion on claims (promotion_key)',
    `create index claims_open on claims (site, claimed_at_utc) where state = 'open'`,
  ];
}

function promotions({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table promotions (
       promotion_key ${text} not null primary key,
       site ${text} not null,
       app_id ${text} not null,
       app_name ${text} not null,
       owner ${text} not null,
       verdict ${text} not null ${oneOf('verdict', ['approve', 'deny', 'reload'])},
       state ${text} not null ${oneOf('state', promotionStates)},
       decision ${text} not null,
       artifact ${text},
       artifact_sha256 ${text},
       version ${text},
       version_sha256 ${text},
       outcome ${text},
       search ${text} not null,
       started_at_utc ${text} not null,
       waiting_since_utc ${text},
       ended_at_utc ${text},
       updated_at_utc ${text} not null
     ) ${tableEnd}`,
    'create index promotions_by_start on promotions (started_at_utc)',
    'create index promotions_of_site on promotions (site, started_at_utc)',
    'create index promotions_of_app on promotions (site, app_id, started_at_utc)',
    'create index promotions_of_state on promotions (state, started_at_utc)',
    'create index promotions_open on promotions (started_at_utc) where ended_at_utc is null',
    'create index promotions_with_version on promotions (ended_at_utc) where version_sha256 is not null',
  ];
}

function records({ text, risingId, tableEnd, appendOnly }: DialectWords): string[] {
  return [
    `create table records (
       id ${risingId},
       promotion_key ${text} not null,
       seq ${text} not null,
       type ${text} not null,
       at_utc ${text} not null,
       site ${text},
       app_id ${text},
       facts ${text} not null,
       unique (promotion_key, seq)
     ) ${tableEnd}`,
    'create index records_by_time on records (at_utc)',
    'create index records_of_app on records (site, app_id)',
    ...appendOnly('records'),
  ];
}

function apps({ text, tableEnd }: DialectWords): string[] {
  return [
    `create table memories (
       site ${text} not null,
       app_id ${text} not null,
       memory ${text} not null,
       revision integer not null check (revision > 0),
       updated_at_utc ${text} not null,
       primary key (site, app_id)
     ) ${tableEnd}`,
    `create table awaiting (
       site ${text} not null,
       app_id ${text} not null,
       app_name ${text} not null,
       owner ${text} not null,
       stream ${text},
       publish_time_utc ${text},
       waiting_since_utc ${text} not null,
       missing ${text} not null,
       alerted_to ${text} not null,
       facts ${text},
       search ${text} not null,
       primary key (site, app_id)
     ) ${tableEnd}`,
    'create index awaiting_by_time on awaiting (waiting_since_utc)',
  ];
}
