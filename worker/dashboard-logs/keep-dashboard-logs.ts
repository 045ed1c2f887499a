import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { whileBusy } from '../../common/busy-files.ts';
import { nextDay } from '../../common/day.ts';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import { linesOfDay, type ReadLedger } from './day-lines.ts';
import { dashboardLogs, lineText, localTime, type LogLine } from './log-line.ts';

export interface DashboardLogsOptions {
  readonly config: Pick<Config, 'logging' | 'sites' | 'timeZone'>;
  readonly ledger: ReadLedger;
  readonly logger: Logger;
  readonly nowUtc: () => string;
}

/**
 * Writes what the ledger holds as the tab-separated logs that the old program's dashboard loads, until `signal`: one file
 * a log and day, `app_update.log.2026-11-30`. A day's file is made anew from the ledger while the day and the next last,
 * and older days once, where they have none: no line is lost or doubled by a crash, and workers that share the folder
 * write the same. A folder that cannot be written to is logged and tried again. Nothing when no folder is set.
 */
export async function keepDashboardLogs(options: DashboardLogsOptions, signal: AbortSignal): Promise<void> {
  const { dashboardFolder: folder, dashboardEveryMs } = options.config.logging;
  if (folder === undefined) return;
  let hasOlder = false;
  while (!signal.aborted) {
    try {
      await mkdir(folder, { recursive: true });
      await writeLatest(options, folder);
      if (!hasOlder) await writeOlder(options, folder, signal);
      hasOlder = true;
    } catch (error) {
      options.logger.warn({ folder, reason: (error as Error).message }, 'The logs for the dashboard were not written');
    }
    await wait(dashboardEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Today and yesterday, whose mails may still be sent; and one file at least a log, as loading none would fail. */
async function writeLatest(options: DashboardLogsOptions, folder: string): Promise<void> {
  const today = dayOf(options, options.nowUtc());
  for (const day of [dayBefore(today), today]) await writeDay(options, folder, day);
  const names = await readdir(folder);
  for (const log of dashboardLogs) {
    if (!names.some((name) => name.startsWith(`${log}.log`)))
      await put(path.join(folder, `${log}.log`), Buffer.alloc(0));
  }
}

async function writeOlder(options: DashboardLogsOptions, folder: string, signal: AbortSignal): Promise<void> {
  const [first] = await options.ledger.listRecords({ limit: 1 });
  if (!first) return;
  const names = await readdir(folder);
  const yesterday = dayBefore(dayOf(options, options.nowUtc()));
  for (let day = dayOf(options, first.atUtc); day < yesterday && !signal.aborted; day = nextDay(day)) {
    if (!names.some((name) => name.endsWith(`.log.${day}`))) await writeDay(options, folder, day);
  }
}

async function writeDay(options: DashboardLogsOptions, folder: string, day: string): Promise<void> {
  const { logging, timeZone } = options.config;
  const byLog = Map.groupBy(await linesOfDay(options, day), ({ log }) => log);
  for (const [log, lines] of byLog) {
    const text = textOf(lines, timeZone);
    const bytes = logging.dashboardEncoding === 'latin1' ? latin1(text) : Buffer.from(text);
    await put(path.join(folder, `${log}.log.${day}`), bytes);
  }
}

function textOf(lines: readonly LogLine[], timeZone: string): string {
  return lines.map((line) => `${lineText(line, timeZone)}\r\n`).join('');
}

/** ISO 8859-1, as the dashboard reads it; what it has no letter for is a question mark. */
function latin1(text: string): Buffer {
  return Buffer.from(text.replaceAll(/[\u0100-\u{10ffff}]/gu, '?'), 'latin1');
}

/** All of the file at once, and only when it became another: a dashboard may be reading it. */
async function put(file: string, bytes: Buffer): Promise<void> {
  const standing = await readFile(file).catch(() => undefined);
  if (standing?.equals(bytes)) return;
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, bytes, { flag: 'wx' });
    await whileBusy(() => rename(draft, file));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

function dayOf({ config }: DashboardLogsOptions, atUtc: string): string {
  return localTime(atUtc, config.timeZone).slice(0, 10);
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) - 86_400_000).toISOString().slice(0, 10);
}
