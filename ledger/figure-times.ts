import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { countedIn, type FigureFilter, isOfFilter, slicesOf } from './figure-filter.ts';
import type { StoreParts } from './store.ts';

export interface TimeFigures {
  /** Of how many promotions. */
  readonly count: number;
  /** Half of them took no longer, in milliseconds. */
  readonly p50Ms: number;
  /** 95 of a hundred took no longer, in milliseconds. */
  readonly p95Ms: number;
}

export interface FigureTimes {
  /** By slice of the promotion's begin; a slice without any has none. */
  readonly slices: readonly (TimeFigures & { readonly slice: number })[];
  /** Over all slices; `undefined` where there is none. */
  readonly whole?: TimeFigures;
}

interface Measured {
  readonly column: 'lead_ms' | 'decision_ms';
  readonly which: RawBuilder<SqlBool>;
}

interface TimeRow {
  readonly slice: number | null;
  readonly count: number | string;
  readonly p50: number | string;
  readonly p95: number | string;
}

/** The time from publish to some end, by the nearest rank: each figure is the time of one promotion. */
export async function timesQuery(parts: StoreParts, filter: FigureFilter, measured: Measured): Promise<FigureTimes> {
  const { rows } = await sql<TimeRow>`
    with ${slicesOf(filter)},
    measured as materialized (
      select slices.slice, p.${sql.ref(measured.column)} as took
      from slices cross join promotion_figures p
      where ${countedIn(parts)} and ${measured.which} and p.${sql.ref(measured.column)} is not null and ${isOfFilter(filter)}
    )
    ${ranked(sql`slice`, sql`partition by slice`)} union all ${ranked(sql`cast(null as integer)`, sql``)}`.execute(
    parts.db,
  );
  const figures = rows.map(({ slice, count, p50, p95 }) => ({
    slice,
    count: Number(count),
    p50Ms: Number(p50),
    p95Ms: Number(p95),
  }));
  const whole = figures.find(({ slice }) => slice === null);
  return {
    slices: figures.flatMap(({ slice, ...times }) => (slice === null ? [] : [{ slice, ...times }])),
    whole: whole && { count: whole.count, p50Ms: whole.p50Ms, p95Ms: whole.p95Ms },
  };
}

/** The least time that so many of all are not longer than, for each part. Both databases can do this, and do it alike. */
function ranked(slice: RawBuilder<unknown>, part: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select placed.slice, max(placed.n) as count,
      min(case when placed.place * 100 >= placed.n * 50 then placed.took end) as p50,
      min(case when placed.place * 100 >= placed.n * 95 then placed.took end) as p95
    from (
      select ${slice} as slice, took, row_number() over (${part} order by took) as place, count(*) over (${part}) as n
      from measured
    ) as placed
    group by placed.slice`;
}
