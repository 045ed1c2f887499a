import { bareAddress } from './mail-address.ts';

/** One row of the old program's CSV: whom to tell when an app is published to the stream with this id. */
export interface StreamAlertRow {
  /** Lower-cased. */
  readonly streamId: string;
  readonly address: string;
}

/** A row that could not be used; `line` counts from 1. */
export interface StreamAlertProblem {
  readonly line: number;
  readonly reason: string;
}

export interface StreamAlertMap {
  readonly rows: readonly StreamAlertRow[];
  readonly problems: readonly StreamAlertProblem[];
}

/**
 * Reads the CSV `StreamID, ApprovalEmailAddress` (seed facts, sections 1 and 10, defect 40). Blank lines, spaces, a
 * BOM, CRLF, quotes, semicolons or tabs between the cells, further columns, and several addresses in one cell are
 * all fine; a row that cannot be used is reported and the others count. Never throws.
 */
export function parseStreamAlertMap(text: string): StreamAlertMap {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const delimiter = delimiterOf(lines.find((line) => line.trim() !== '') ?? '');
  const rows: StreamAlertRow[] = [];
  const problems: StreamAlertProblem[] = [];
  for (const [index, line] of lines.entries()) {
    const cells = splitCells(line, delimiter).map((cell) => cell.trim());
    if (cells.every((cell) => cell === '') || isHeader(cells)) continue;
    const read = readRow(cells);
    rows.push(...read.rows);
    problems.push(...read.reasons.map((reason) => ({ line: index + 1, reason })));
  }
  return { rows, problems };
}

function delimiterOf(firstLine: string): string {
  return [',', ';', '\t'].find((candidate) => firstLine.includes(candidate)) ?? ',';
}

function isHeader(cells: readonly string[]): boolean {
  return cells[0]?.toLowerCase().replaceAll(' ', '') === 'streamid';
}

function readRow([streamId = '', addressCell = '']: readonly string[]): { rows: StreamAlertRow[]; reasons: string[] } {
  if (streamId === '') return { rows: [], reasons: ['there is no stream id'] };
  const texts = addressCell.split(/[;,]/).filter((text) => text.trim() !== '');
  if (texts.length === 0) return { rows: [], reasons: [`there is no address for the stream ${streamId}`] };
  const rows: StreamAlertRow[] = [];
  const reasons: string[] = [];
  for (const text of texts) {
    const address = bareAddress(text);
    if (address === undefined) reasons.push(`"${text.trim()}" is not a mail address`);
    else rows.push({ streamId: streamId.replaceAll(/^\{|\}$/g, '').toLowerCase(), address });
  }
  return { rows, reasons };
}

/** The cells of one line; a quoted cell may hold the delimiter, and a doubled quote in it is one. */
function splitCells(line: string, delimiter: string): string[] {
  const other = `[^${delimiter}]*`;
  const cells = new RegExp(`(?: *"((?:[^"]|"")*)"${other}|(${other}))(?:${delimiter}|$)`, 'g');
  return Array.from(line.matchAll(cells), ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}
