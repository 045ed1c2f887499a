import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { StoreParts } from './store.ts';

/** Which figures: of a time, cut into slices, and narrowed by all that is given. */
export interface FigureFilter {
  /** Where slices begin, in order, and where the last one ends (UTC): one more than there are slices, at least two. */
  readonly slices: readonly string[];
  /** Source site. */
  readonly site?: string;
  /** Stream of the app at its source. */
  readonly stream?: string;
  readonly owner?: string;
}

/** The slices as rows `(slice, from_utc, to_utc)`, numbered from 0. */
export function slicesOf({ slices }: FigureFilter): RawBuilder<unknown> {
  const rows = slices
    .slice(0, -1)
    .map((fromUtc, slice) => sql`(cast(${slice} as integer), ${fromUtc}, ${slices[slice + 1]})`);
  return sql`slices (slice, from_utc, to_utc) as (values ${sql.join(rows)})`;
}

/** That a promotion `p` began in a slice. To be asked of a cross join: SQLite then goes through the slices first. */
export function countedIn({ kind }: StoreParts): RawBuilder<SqlBool> {
  // PostgreSQL compares only texts of one collation: the column's.
  const bytes = kind === 'postgres' ? sql`collate "C"` : sql``;
  return sql`p.started_at_utc >= slices.from_utc ${bytes} and p.started_at_utc < slices.to_utc ${bytes}`;
}

/** That a promotion `p` is of the site, stream and owner that are asked for. */
export function isOfFilter({ site, stream, owner }: FigureFilter): RawBuilder<SqlBool> {
  const conditions = [
    ...(site === undefined ? [] : [sql`p.site = ${site}`]),
    ...(stream === undefined ? [] : [sql`p.stream = ${stream}`]),
    ...(owner === undefined ? [] : [sql`p.owner = ${owner}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`;
}
