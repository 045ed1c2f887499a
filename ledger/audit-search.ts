import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { containsText, storable } from './columns.ts';
import { WORD_SEPARATORS, wordsOf } from './migrations/dialect-words.ts';
import type { StoreParts } from './store.ts';

/** A text that is too short for an index of three characters each. */
const SHORTEST_INDEXED = 3;

/** How a text is looked for: with the index of the database, or by reading on until enough is found. */
export type AuditSearch =
  | { readonly by: 'condition'; readonly condition: RawBuilder<SqlBool> }
  /** SQLite's index is a table beside the audit trail. */
  | { readonly by: 'text-table'; readonly phrase: string };

/** The search for a text of any case, found anywhere in what `searchText` made of an entry. */
export async function searchFor({ db, kind }: StoreParts, text: string): Promise<AuditSearch> {
  const wanted = storable(text.toLowerCase());
  if (kind === 'sqlite' && Array.from(wanted).length >= SHORTEST_INDEXED) {
    return { by: 'text-table', phrase: `"${wanted.replaceAll('"', '""')}"` };
  }
  if (kind === 'sqlite' || (await hasTrigrams(db)))
    return { by: 'condition', condition: containsText('audit.search', wanted) };
  return { by: 'condition', condition: containsWords(wanted) };
}

/** Whether parts of words can be looked for in PostgreSQL; see `searchable` in the words of the dialects. */
async function hasTrigrams(db: StoreParts['db']): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select to_regclass('audit_by_trigrams') is not null as found`.execute(db);
  return rows[0]?.found === true;
}

/** True where each word of `text` begins a word. */
function containsWords(text: string): RawBuilder<SqlBool> {
  const separators = new Set(WORD_SEPARATORS);
  const words = Array.from(text, (character) => (separators.has(character) ? ' ' : character)).join('');
  const query = words
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => `'${word.replaceAll("'", "''")}':*`)
    .join(' & ');
  return sql<SqlBool>`${sql.raw(wordsOf('audit.search'))} @@ to_tsquery('simple', ${query})`;
}
