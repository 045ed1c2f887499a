import type { Migration } from 'kysely/migration';
import { type DialectWords, runStatements } from './dialect-words.ts';

/**
 * The figures of the overview, in narrow tables: to read them out of decisions and troubles for each page would take
 * seconds. The database itself keeps them in step, in the transaction of what they tell of, so that rows of a worker of the
 * release before count too.
 */
export function figures(words: DialectWords): Migration {
  const { longWork, spanFunction, wellKnown, afterWriting } = words;
  const promotions = figuresOfPromotions(words);
  const troubles = codesOfTroubles(words);
  return {
    up: (db) =>
      runStatements(db, [
        ...longWork,
        ...spanFunction,
        ...tables(words),
        promotions('true'),
        troubles('true'),
        ...indexes(),
        ...afterWriting({
          name: 'promotions_figured',
          table: 'promotions',
          columns: ['state', 'ended_at_utc', 'version_sha256', 'decision'],
          statement: promotions('p.promotion_key = new.promotion_key'),
        }),
        ...afterWriting({
          name: 'troubles_figured',
          table: 'records',
          statement: troubles('r.promotion_key = new.promotion_key and r.seq = new.seq'),
        }),
        ...['promotion_figures', 'trouble_figures', 'mails'].flatMap((table) => wellKnown(table)),
      ]),
  };
}

function tables({ text, bigint, tableEnd }: DialectWords): string[] {
  return [
    `create table promotion_figures (
       promotion_key ${text} not null primary key,
       site ${text} not null,
       stream ${text},
       owner ${text} not null,
       verdict ${text} not null,
       state ${text} not null,
       started_at_utc ${text} not null,
       lead_ms ${bigint},
       decision_ms ${bigint},
       has_version integer not null check (has_version in (0, 1))
     ) ${tableEnd}`,
    `create table trouble_figures (
       promotion_key ${text} not null,
       seq ${text} not null,
       at_utc ${text} not null,
       code ${text} not null,
       primary key (promotion_key, seq)
     ) ${tableEnd}`,
  ];
}

function indexes(): string[] {
  return [
    'create index promotion_figures_by_start on promotion_figures (started_at_utc)',
    'create index promotion_figures_of_owner on promotion_figures (owner)',
    'create index promotion_figures_of_stream on promotion_figures (stream)',
    'create index promotion_figures_of_site on promotion_figures (site)',
    'create index trouble_figures_by_time on trouble_figures (at_utc)',
    "create index mails_sent on mails (updated_at_utc, kind, promotion_key) where state = 'sent'",
  ];
}

type StatementFor = (condition: string) => string;

/** Writes or writes anew the figures of promotions `p`. A time that is not known, or would be negative, is null. */
function figuresOfPromotions({ lenientJson, passedMs }: DialectWords): StatementFor {
  const published = lenientJson('p.decision', ['source', 'revision', 'publishedAtUtc']);
  const decided = lenientJson('p.decision', ['decidedAtUtc']);
  const stream = lenientJson('p.decision', ['app', 'streamName']);
  const took = (end: string): string => `case when ${end} >= ${published} then ${passedMs(published, end)} end`;
  return (condition) => `
    insert into promotion_figures
      (promotion_key, site, stream, owner, verdict, state, started_at_utc, lead_ms, decision_ms, has_version)
    select p.promotion_key, p.site, ${stream}, p.owner, p.verdict, p.state, p.started_at_utc, ${took('p.ended_at_utc')},
      ${took(decided)}, case when p.version_sha256 is null then 0 else 1 end
    from promotions p where ${condition}
    on conflict (promotion_key) do update set state = excluded.state, stream = excluded.stream,
      lead_ms = excluded.lead_ms, decision_ms = excluded.decision_ms, has_version = excluded.has_version`;
}

/** Writes the causes of records `r` that tell of a trouble. */
function codesOfTroubles({ lenientJson }: DialectWords): StatementFor {
  const code = lenientJson('r.facts', ['code']);
  return (condition) => `
    insert into trouble_figures (promotion_key, seq, at_utc, code)
    select r.promotion_key, r.seq, r.at_utc, ${code} from records r
    where r.type = 'trouble' and ${code} is not null and ${condition}
    on conflict (promotion_key, seq) do nothing`;
}
