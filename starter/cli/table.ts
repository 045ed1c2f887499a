import Table from 'cli-table3';
import type { Cli } from './cli-context.ts';

/** One row of a table, and lines that stand below it. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly below?: readonly string[];
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table without lines, its columns as wide as they need to be. Cells hold one line each. */
export function table({ paint }: Pick<Cli, 'paint'>, head: readonly string[], rows: readonly TableRow[]): string {
  const drawn = new Table({
    head: head.map((title) => paint.dim(title)),
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  drawn.push(...rows.map((row) => [...row.cells]));
  const [titles = '', ...lines] = drawn.toString().split('\n');
  const body = lines.flatMap((line, index) => [line, ...(rows[index]?.below ?? []).map((text) => `    ${text}`)]);
  return [titles, ...body].map((line) => `  ${line.trimEnd()}`).join('\n');
}
