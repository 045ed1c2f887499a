import { type Kysely, sql } from 'kysely';

/** The few words in which the two databases' schema languages differ. */
export interface DialectWords {
  /** Text that compares byte by byte, so that both databases sort and search alike. */
  readonly text: string;
  readonly bigint: string;
  /** A primary key that rises with every row. */
  readonly risingId: string;
  /** What stands after the closing bracket of a table. */
  readonly tableEnd: string;
  /** The text at a path of a column that holds JSON; null where there is none. */
  readonly fromJson: (column: string, path: readonly string[]) => string;
  /** How a computed column can be added to a table that stands. */
  readonly computed: string;
  /** Statements that make the database refuse to change or delete rows of a table. */
  readonly appendOnly: (table: string) => readonly string[];
}

export const sqliteWords: DialectWords = {
  text: 'text',
  bigint: 'integer',
  risingId: 'integer primary key autoincrement',
  tableEnd: 'strict',
  fromJson: (column, path) => `cast(json_extract(${column}, '$.${path.join('.')}') as text)`,
  computed: 'virtual',
  appendOnly: (table) =>
    ['update', 'delete'].map(
      (change) =>
        `create trigger ${table}_no_${change} before ${change} on ${table}
         begin select raise(abort, '${table} is append-only'); end`,
    ),
};

export const postgresWords: DialectWords = {
  text: 'text collate "C"',
  bigint: 'bigint',
  risingId: 'bigint generated always as identity primary key',
  tableEnd: '',
  fromJson: (column, path) => `${column}::jsonb #>> '{${path.join(',')}}'`,
  computed: 'stored',
  appendOnly: (table) => [
    `create function ${table}_refuse_change() returns trigger language plpgsql as
     $$ begin raise exception '${table} is append-only'; end $$`,
    `create trigger ${table}_append_only before update or delete or truncate on ${table}
     for each statement execute function ${table}_refuse_change()`,
  ],
};

/** Runs schema statements one after the other. They are this program's own text, never anybody's input. */
export async function runStatements(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** A CHECK that allows these values only. */
export function oneOf(column: string, values: readonly string[]): string {
  return `check (${column} in (${values.map((value) => `'${value}'`).join(', ')}))`;
}
