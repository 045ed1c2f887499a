import { readFile } from 'node:fs/promises';
import { figure, type Figure } from './figure.ts';
import type { UsageReport } from './processes/serve-parent.ts';
import type { Stage } from './stage.ts';

const MB = 1024 * 1024;

/** What each process has used so far. */
export type Usage = Readonly<Record<string, Pick<UsageReport, 'cpuMs' | 'rssBytes'>>>;

/** Of worker, listener and, where there is a /proc, the Temporal server. */
export async function usageOf({ worker, listener, temporalPid }: Stage): Promise<Usage> {
  const temporal = await usageOfPid(temporalPid);
  return { worker: await worker.usage(), listener: await listener.usage(), ...(temporal ? { temporal } : {}) };
}

/** Processor and memory of each process over a time; `when` is put behind each name. */
export function usageFigures(before: Usage, after: Usage, watchedMs: number, when = ''): Figure[] {
  return Object.entries(after).flatMap(([name, { cpuMs, rssBytes }]) => {
    const cpu = (cpuMs - (before[name]?.cpuMs ?? cpuMs)) / (watchedMs / 100);
    return [figure(`CPU of ${name}${when}`, cpu, '% of a core'), figure(`RSS of ${name}${when}`, rssBytes / MB, 'MB')];
  });
}

const TICKS_A_SECOND = 100;
const PAGE_BYTES = 4096;

/** Of a process that is none of ours; undefined where there is no /proc. */
async function usageOfPid(pid: number): Promise<{ cpuMs: number; rssBytes: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (!fields) return undefined;
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND) * 1000;
  return { cpuMs, rssBytes: Number(fields[21]) * PAGE_BYTES };
}
