import type { Clock } from '../../common/clock.ts';

/** The files that the old program's dashboard loads; its load script tells the sheets by these names. */
export const dashboardLogs = [
  'app_update',
  'app_publish_review',
  'approval_status_emailer',
  'notification_creator',
] as const;

export type DashboardLog = (typeof dashboardLogs)[number];

/** One line for the dashboard. */
export interface LogLine {
  readonly log: DashboardLog;
  readonly atUtc: string;
  readonly level: 'INFO' | 'WARNING' | 'ERROR';
  readonly status: string;
  /** Ties the lines of one event together. What stands behind a `|` is the target that a line is about. */
  readonly logId: string;
  /** Its beginning, and the values in quotes after it, are what the dashboard reads. */
  readonly message: string;
}

const NO_PROCESS = '0';
const THREAD = 'MainThread';

/**
 * The line as text: time (`2026-11-30 14:05:09,123`), module, level, process, thread, status, log id and message, by tabs (seed promoter
 * facts, section 8). The same for every process that writes it, so that two of them write the same file.
 */
export function lineText({ atUtc, level, status, logId, message }: LogLine, clock: Clock): string {
  return [localTime(atUtc, clock), 'waybill', level, NO_PROCESS, THREAD, status, logId, message].join('\t');
}

/** A value as the dashboard finds it: between single quotes, of which it must hold none, in one line without tabs. */
export function quoted(value: string): string {
  return `'${inOneLine(value).replaceAll("'", '´')}'`;
}

/** A text without what would end the line or the column. */
export function inOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

function localTime(atUtc: string, clock: Clock): string {
  return `${clock.exact(atUtc)},${String(new Date(atUtc).getUTCMilliseconds()).padStart(3, '0')}`;
}
