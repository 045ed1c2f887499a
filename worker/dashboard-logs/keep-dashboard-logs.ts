import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { whileBusy } from '../../common/busy-files.ts';
import { type Clock, createClock } from '../../common/clock.ts';
import { dayBefore, nextDay } from '../../common/day.ts';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import { linesOfDay, type ReadLedger } from './day-lines.ts';
import { dashboardLogs, lineText } from './log-line.ts';

export interface DashboardLogsOptions {
  readonly config: Pick<Config, 'logging' | 'sites' | 'timeZone'>;
  readonly ledger: ReadLedger;
  readonly logger: Logger;
  readonly nowUtc: () => string;
}

/**
 * Writes what the ledger holds as the tab-separated logs that the old program's dashboard loads, until `signal`: one file
 * a log and day, `app_update.log.2026-11-30`. A day's file is made anew from the ledger while the day and the next last,
 * older days once, where they have none, and the last that has: no line is lost or doubled by a crash, and workers that share the folder
 * write the same. A folder that cannot be written to is logged and tried again. Nothing when no folder is set.
 */
export async function keepDashboardLogs(options: DashboardLogsOptions, signal: AbortSignal): Promise<void> {
  const { config, logger } = options;
  const { dashboardFolder: folder, dashboardEveryMs } = config.logging;
  if (folder === undefined) return;
  const writing = { ...options, folder, clock: createClock(config.timeZone) };
  let hasOlder = false;
  while (!signal.aborted) {
    try {
      await mkdir(folder, { recursive: true });
      const standing = await readdir(folder);
      await writeLatest(writing);
      if (!hasOlder) await writeOlder(writing, standing, signal);
      hasOlder = true;
    } catch (error) {
      logger.warn({ folder, reason: (error as Error).message }, 'The logs for the dashboard were not written');
    }
    await wait(dashboardEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

interface Writing extends DashboardLogsOptions {
  readonly folder: string;
  readonly clock: Clock;
}

/** Today and yesterday, whose mails may still be sent; and one file at least a log, as loading none would fail. */
async function writeLatest(writing: Writing): Promise<void> {
  const { folder, nowUtc } = writing;
  const today = dayOf(writing, nowUtc());
  for (const day of [dayBefore(today), today]) await writeDay(writing, day);
  const names = await readdir(folder);
  for (const log of dashboardLogs) {
    if (!names.some((name) => name.startsWith(`${log}.log`)))
      await put(path.join(folder, `${log}.log`), Buffer.alloc(0));
  }
}

/**
 * The older days that had no file among the `standing` ones, and the last that had: whoever wrote it may have been killed
 * before the end of it.
 */
async function writeOlder(writing: Writing, standing: readonly string[], signal: AbortSignal): Promise<void> {
  const { ledger, nowUtc } = writing;
  const [first] = await ledger.listRecords({ limit: 1 });
  if (!first) return;
  const written = new Set(standing.flatMap((name) => /^\w+\.log\.(\d{4}-\d{2}-\d{2})$/.exec(name)?.[1] ?? []));
  const last = [...written].toSorted().at(-1);
  const yesterday = dayBefore(dayOf(writing, nowUtc()));
  for (let day = dayOf(writing, first.atUtc); day < yesterday && !signal.aborted; day = nextDay(day)) {
    if (day === last || !written.has(day)) await writeDay(writing, day);
  }
}

async function writeDay(writing: Writing, day: string): Promise<void> {
  const { clock, config, folder } = writing;
  const byLog = Map.groupBy(await linesOfDay(writing, day), ({ log }) => log);
  for (const [log, lines] of byLog) {
    const text = lines.map((line) => `${lineText(line, clock)}\r\n`).join('');
    const bytes = config.logging.dashboardEncoding === 'latin1' ? latin1(text) : Buffer.from(text);
    await put(path.join(folder, `${log}.log.${day}`), bytes);
  }
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

function dayOf({ clock }: Writing, atUtc: string): string {
  return clock.exact(atUtc).slice(0, 10);
}
