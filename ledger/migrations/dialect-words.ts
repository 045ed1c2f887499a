import { type Kysely, sql } from 'kysely';

/** The few words in which the two databases' schema languages differ. */
export interface DialectWords {
  /** Text that compares byte by byte, so that both databases sort and search alike. */
  readonly text: string;
  readonly bigint: string;
  /** A primary key that rises with every row. */
  readonly risingId: string;
  /** A primary key of whole numbers that the writer chooses. */
  readonly wholeKey: string;
  /** What stands after the closing bracket of a table. */
  readonly tableEnd: string;
  /** The text at a path of a column that holds JSON; null where there is none. */
  readonly fromJson: (column: string, path: readonly string[]) => string;
  /** The same of JSON in which a text may hold what `fromJson` refuses, such as the character 0 in a message. */
  readonly lenientJson: (column: string, path: readonly string[]) => string;
  /** Whole milliseconds from one text of a time to another; null where one of them is none. */
  readonly passedMs: (from: string, to: string) => string;
  /** Statements that make what `passedMs` calls, where it calls something. */
  readonly spanFunction: readonly string[];
  /** How a computed column can be added to a table that stands. */
  readonly computed: string;
  /** Statements that make the database refuse to change or delete rows of a table. */
  readonly appendOnly: (table: string) => readonly string[];
  /**
   * Statements that make the texts of a column searchable by any part of three characters or more; `key` is the table's
   * whole-number primary key. Of a table to which rows are only ever added. `audit-search.ts` knows what they make.
   */
  readonly searchable: (table: string, key: string, column: string) => readonly string[];
  /** Statements that make the database carry out a statement with each row (`new`) that is added, or changed in columns. */
  readonly afterWriting: (work: WorkAfterWriting) => readonly string[];
  /** Statements that make the planner know a table which was just filled. */
  readonly wellKnown: (table: string) => readonly string[];
  /** Statements before work that may take minutes. */
  readonly longWork: readonly string[];
}

export interface WorkAfterWriting {
  /** Of the triggers. */
  readonly name: string;
  readonly table: string;
  /** The columns whose change counts; left out: rows are only ever added. */
  readonly columns?: readonly string[];
  readonly statement: string;
}

export const sqliteWords: DialectWords = {
  text: 'text',
  bigint: 'integer',
  risingId: 'integer primary key autoincrement',
  wholeKey: 'integer primary key',
  tableEnd: 'strict',
  fromJson: sqliteText,
  lenientJson: sqliteText,
  passedMs: (from, to) => `cast(round((unixepoch(${to}, 'subsec') - unixepoch(${from}, 'subsec')) * 1000) as integer)`,
  spanFunction: [],
  computed: 'virtual',
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (change) =>
        `create trigger ${table}_no_${change} before ${change} on ${table}
         begin select raise(abort, '${table} is append-only'); end`,
    ),
  searchable: (table, key, column) => [
    `create virtual table ${table}_text using
     fts5(${column}, content = '${table}', content_rowid = '${key}', tokenize = 'trigram case_sensitive 1')`,
    `insert into ${table}_text (${table}_text) values ('rebuild')`,
    `create trigger ${table}_text_too after insert on ${table}
     begin insert into ${table}_text (rowid, ${column}) values (new.${key}, new.${column}); end`,
  ],
  afterWriting: ({ name, table, columns, statement }) => [
    `create trigger ${name} after insert on ${table} begin ${statement}; end`,
    ...(columns
      ? [`create trigger ${name}_anew after update of ${columns.join(', ')} on ${table} begin ${statement}; end`]
      : []),
  ],
  wellKnown: () => [],
  longWork: [],
};

export const postgresWords: DialectWords = {
  text: 'text collate "C"',
  bigint: 'bigint',
  risingId: 'bigint generated always as identity primary key',
  wholeKey: 'bigint primary key',
  tableEnd: '',
  fromJson: (column, path) => `${column}::jsonb #>> '{${path.join(',')}}'`,
  // Of characters, only the character 0 and halves of pairs are refused, and only they are written as these.
  lenientJson: (column, path) =>
    `(regexp_replace(${column}, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\\\ufffd', 'g')::json #>> '{${path.join(',')}}')`,
  passedMs: (from, to) => `waybill_passed_ms(${from}, ${to})`,
  // What is no time must not end the statement: a decision is written with it.
  spanFunction: [
    `create function waybill_passed_ms(since text, until text) returns bigint language plpgsql as
     $$ begin
       return round(extract(epoch from until::timestamptz - since::timestamptz) * 1000)::bigint;
     exception when others then return null; end $$`,
  ],
  computed: 'stored',
  appendOnly: (table) => [
    `create function ${table}_refuse_change() returns trigger language plpgsql as
     $$ begin raise exception '${table} is append-only'; end $$`,
    `create trigger ${table}_append_only before update or delete or truncate on ${table}
     for each statement execute function ${table}_refuse_change()`,
  ],
  // Parts of words need an extension that comes with PostgreSQL but may not be installed, or not be allowed to this
  // account; then whole words and their beginnings are found.
  searchable: (table, _key, column) => [
    `do $$ begin
       create extension if not exists pg_trgm;
       create index ${table}_by_trigrams on ${table} using gin (${column} gin_trgm_ops);
     exception when others then
       create index ${table}_by_words on ${table} using gin (${wordsOf(column)});
     end $$`,
  ],
  afterWriting: ({ name, table, columns, statement }) => [
    `create function ${name}() returns trigger language plpgsql as $$ begin ${statement}; return null; end $$`,
    `create trigger ${name} after insert${columns ? ` or update of ${columns.join(', ')}` : ''} on ${table}
     for each row execute function ${name}()`,
  ],
  wellKnown: (table) => [`analyze ${table}`],
  longWork: ['set local statement_timeout = 0'],
};

function sqliteText(column: string, path: readonly string[]): string {
  return `cast(json_extract(${column}, '$.${path.join('.')}') as text)`;
}

/** What separates words, for the search where PostgreSQL cannot look for parts of them. */
export const WORD_SEPARATORS = '\\/.,:;@_-+*#"()[]{}<>|=?!&%$~^`';

/** The words of a column, as PostgreSQL's index of words has them. */
export function wordsOf(column: string): string {
  return `to_tsvector('simple', translate(${column}, '${WORD_SEPARATORS}', '${' '.repeat(WORD_SEPARATORS.length)}'))`;
}

/** Runs schema statements one after the other. They are this program's own text, never anybody's input. */
export async function runStatements(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** A CHECK that allows these values only. */
export function oneOf(column: string, values: readonly string[]): string {
  return `check (${column} in (${values.map((value) => `'${value}'`).join(', ')}))`;
}
