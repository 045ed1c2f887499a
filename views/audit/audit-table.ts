import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { AuditRow } from '../../ledger/audit.ts';
import { auditSentence, auditSite } from './audit-sentence.ts';

type Cell = string | number;

/** The columns of an export, in their order. They are added to, never renamed or removed. */
const columns: readonly (readonly [title: string, cell: (row: AuditRow) => Cell | undefined])[] = [
  ['Number', (row) => row.n],
  ['Time (UTC)', (row) => row.atUtc],
  ['Kind', (row) => row.kind],
  ['Event', (row) => row.type],
  ['Account', (row) => row.account],
  ['Door', (row) => row.door],
  ['Name proved', ({ asserted }) => (asserted === undefined ? undefined : asserted ? 'no' : 'yes')],
  ['Site', auditSite],
  ['App', (row) => row.appName],
  ['App id', (row) => row.appId],
  ['Target app id', (row) => row.targetAppId],
  ['Promotion', (row) => row.promotionKey],
  ['What happened', auditSentence],
  ['Facts', ({ facts }) => (facts === null || facts === undefined ? undefined : JSON.stringify(facts))],
  ['Hash', (row) => row.hash],
];

/** The titles of an export's columns. */
export const auditTitles: readonly string[] = columns.map(([title]) => title);

/** An entry as the cells of an export; empty for what it has not. */
export function auditCells(row: AuditRow): Cell[] {
  return columns.map(([, cell]) => cell(row) ?? '');
}

export type AuditFormat = 'csv' | 'tsv';

export interface AuditTableOptions {
  readonly format: AuditFormat;
  /** Begin with the mark by which some spreadsheets know UTF-8. */
  readonly bom?: boolean;
}

/**
 * Entries as a table with titles, in UTF-8: RFC 4180 with commas, or the same with tabs. A cell that a spreadsheet would
 * carry out as a formula begins with an apostrophe. Read as it is written, in constant memory; an error of `rows` ends it
 * with that error.
 */
export function auditTable(rows: AsyncIterable<AuditRow>, { format, bom = false }: AuditTableOptions): Readable {
  const table = stringify({
    header: true,
    columns: [...auditTitles],
    delimiter: format === 'csv' ? ',' : '\t',
    record_delimiter: 'windows',
    // The library quotes a cell with the whole end of a line, not with half of one.
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    bom,
  });
  // An error reaches whoever reads the table: pipeline destroys it with it.
  return pipeline(Readable.from(cellsOf(rows)), table, () => undefined);
}

async function* cellsOf(rows: AsyncIterable<AuditRow>): AsyncGenerator<Cell[]> {
  for await (const row of rows) yield auditCells(row);
}
