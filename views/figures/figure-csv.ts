import { stringify } from 'csv-stringify/sync';
import type { Figure } from './figure.ts';

/** A figure as a file for a spreadsheet: UTF-8 with its mark, RFC 4180. What it would carry out begins with an apostrophe. */
export function figureCsv({ heads, rows }: Figure): string {
  return stringify(
    rows.map((row) => [...row]),
    {
      header: true,
      columns: [...heads],
      record_delimiter: 'windows',
      // The library quotes a cell with the whole end of a line, not with half of one.
      quoted_match: /[\r\n]/,
      escape_formulas: true,
      bom: true,
    },
  );
}
