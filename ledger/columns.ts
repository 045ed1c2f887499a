import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** JSON text of a column that must not be null; `undefined` is written as `null`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** JSON text that PostgreSQL can look into as well: it knows neither a zero character nor half of a surrogate pair. */
export function toReadableJson(value: unknown): string {
  const text = toJson(value);
  return /\\u(0000|d[89a-f])/.test(text) ? JSON.stringify(value, (_, one: unknown) => readable(one)) : text;
}

function readable(value: unknown): unknown {
  return typeof value === 'string' ? storable(value) : value;
}

/** A text that both databases give back as it was written. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '');
}

/** JSON text, or a null column for a value that is not there. */
export function toJsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** A change of a nullable JSON column: `undefined` leaves it as it is, `null` clears it. */
export function jsonPatch(value: unknown): string | null | undefined {
  return value === undefined ? undefined : toJsonOrNull(value);
}

/** The value of a JSON column; `undefined` for a null column. */
export function fromJson(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

/** The text a search looks in: lower case in JavaScript, because SQLite folds ASCII letters only. */
export function searchText(parts: readonly (string | null | undefined)[]): string {
  return parts
    .filter((part) => part)
    .join('\n')
    .toLowerCase();
}

/** True where `text` stands anywhere in a column that `searchText` filled. Its own `%` and `_` mean themselves. */
export function containsText(column: string, text: string): RawBuilder<SqlBool> {
  return contains(sql.ref(column), text);
}

/** The same of anything that gives a text in lower case. */
export function contains(lowerCase: RawBuilder<unknown>, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
  return sql<SqlBool>`${lowerCase} like ${pattern} escape '\\'`;
}
