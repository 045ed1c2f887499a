import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { countedIn, type FigureFilter, isOfFilter, slicesOf } from './figure-filter.ts';
import { type FigureTimes, timesQuery } from './figure-times.ts';
import type { PromotionState } from './states.ts';
import type { StoreParts } from './store.ts';

export type { FigureFilter } from './figure-filter.ts';
export type { FigureTimes } from './figure-times.ts';

export interface CauseCount {
  /** Code of the error that a step waited for. */
  readonly code: string;
  /** How often a step began to wait for it. */
  readonly times: number;
  /** In how many promotions. */
  readonly promotions: number;
}

export interface FlowCount {
  readonly owner: string;
  /** Stream of the app at its source. */
  readonly stream?: string;
  /** Target site. */
  readonly target: string;
  readonly count: number;
}

/** What a figure can be narrowed to: all that promotions of any time had. */
export interface FigureChoices {
  readonly sites: readonly string[];
  readonly streams: readonly string[];
  readonly owners: readonly string[];
}

/** Figures over many promotions, added up by the database. They read only. */
export interface Figures {
  /** Promotions that began, by slice and by the state they are in now. */
  promotionsBegun(filter: FigureFilter): Promise<{ slice: number; state: PromotionState; count: number }[]>;
  /** From the publish of an app to the end of its promotion, of all that were approved and promoted whole. */
  leadTimes(filter: FigureFilter): Promise<FigureTimes>;
  /** From the publish of an app to the decision, approval or denial. */
  decisionTimes(filter: FigureFilter): Promise<FigureTimes>;
  /** What steps waited for, the most frequent first. */
  failureCauses(filter: FigureFilter): Promise<CauseCount[]>;
  /** Versions that were kept of promotions that began in a slice. */
  versionsKept(filter: FigureFilter): Promise<{ slice: number; count: number }[]>;
  /** Mails that were sent, the most frequent kind first. Narrowed: only those that belong to a promotion. */
  mailsSent(filter: FigureFilter): Promise<{ kind: string; count: number }[]>;
  /** Deliveries that were verified and put something there, the most frequent way first. */
  flows(filter: FigureFilter): Promise<FlowCount[]>;
  figureChoices(): Promise<FigureChoices>;
}

/** Makes the figures group over a database or a transaction. */
export function createFigures(parts: StoreParts): Figures {
  const { db } = parts;
  return {
    async promotionsBegun(filter) {
      const { rows } = await sql<{ slice: number; state: PromotionState; count: number | string }>`
        with ${slicesOf(filter)}
        select slices.slice, p.state, count(*) as count from slices cross join promotion_figures p
        where ${countedIn(parts)} and ${isOfFilter(filter)} group by slices.slice, p.state`.execute(db);
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },

    leadTimes: (filter) =>
      timesQuery(parts, filter, {
        column: 'lead_ms',
        which: sql<SqlBool>`p.verdict = 'approve' and p.state = 'promoted'`,
      }),

    decisionTimes: (filter) =>
      timesQuery(parts, filter, { column: 'decision_ms', which: sql<SqlBool>`p.verdict in ('approve', 'deny')` }),

    async failureCauses(filter) {
      const { rows } = await sql<{ code: string; times: number | string; promotions: number | string }>`
        select t.code, count(*) as times, count(distinct t.promotion_key) as promotions from trouble_figures t
        where ${within('t.at_utc', filter)} and ${belongsTo('t.promotion_key', filter)}
        group by t.code order by times desc, code`.execute(db);
      return rows.map(({ code, times, promotions }) => ({
        code,
        times: Number(times),
        promotions: Number(promotions),
      }));
    },

    async versionsKept(filter) {
      const { rows } = await sql<{ slice: number; count: number | string }>`
        with ${slicesOf(filter)}
        select slices.slice, count(*) as count from slices cross join promotion_figures p
        where ${countedIn(parts)} and p.has_version = 1 and ${isOfFilter(filter)} group by slices.slice`.execute(db);
      return rows.map(({ slice, count }) => ({ slice, count: Number(count) }));
    },

    async mailsSent(filter) {
      const { rows } = await sql<{ kind: string; count: number | string }>`
        select m.kind, count(*) as count from mails m
        where m.state = 'sent' and ${within('m.updated_at_utc', filter)} and ${belongsTo('m.promotion_key', filter)}
        group by m.kind order by count desc, m.kind`.execute(db);
      return rows.map(({ kind, count }) => ({ kind, count: Number(count) }));
    },

    flows: (filter) => countFlows(parts, filter),
    figureChoices: () => listChoices(parts),
  };
}

async function countFlows({ db }: StoreParts, filter: FigureFilter): Promise<FlowCount[]> {
  const { rows } = await sql<{ owner: string; stream: string | null; target: string; count: number | string }>`
    select p.owner, p.stream, d.target, count(*) as count
    from promotion_figures p cross join deliveries d
    where d.promotion_key = p.promotion_key and ${verified} and d.items <> '[]'
      and ${within('p.started_at_utc', filter)} and ${isOfFilter(filter)}
    group by p.owner, p.stream, d.target order by count desc, p.owner, p.stream, d.target`.execute(db);
  return rows.map(({ stream, count, ...row }) => ({ ...row, stream: stream ?? undefined, count: Number(count) }));
}

async function listChoices({ db }: StoreParts): Promise<FigureChoices> {
  const different = async (column: 'site' | 'stream' | 'owner'): Promise<string[]> => {
    const { rows } = await sql<{ value: string }>`
      select distinct ${sql.ref(column)} as value from promotion_figures where ${sql.ref(column)} is not null
      order by value`.execute(db);
    return rows.map(({ value }) => value);
  };
  return { sites: await different('site'), streams: await different('stream'), owners: await different('owner') };
}

/** An expression, so that SQLite looks deliveries up by their promotion and not all of this state for each. */
const verified = sql<SqlBool>`d.state || '' = 'verified'`;

function within(column: string, { slices }: FigureFilter): RawBuilder<SqlBool> {
  return sql`${sql.ref(column)} >= ${slices.at(0) ?? ''} and ${sql.ref(column)} < ${slices.at(-1) ?? ''}`;
}

/** Of a promotion that the filter lets through; without a filter, of none as well. */
function belongsTo(column: string, filter: FigureFilter): RawBuilder<SqlBool> {
  const { site, stream, owner } = filter;
  if (site === undefined && stream === undefined && owner === undefined) return sql`true`;
  return sql`${sql.ref(column)} in (select p.promotion_key from promotion_figures p where ${isOfFilter(filter)})`;
}
