import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { figure, type Figure, type Report } from './figure.ts';
import type { UsageReport } from './processes/serve-parent.ts';
import { prepareApp, promote, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';

const MB = 1024 * 1024;
const SETTLE_MS = 15_000;
const WATCHED_MS = 300_000;

/** What it costs that Waybill runs and nothing happens: a source watched by callbacks, a target, one promotion behind. */
export async function rest(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  try {
    const app = await prepareApp(stage, 'Before', 1_000_000);
    await untilWaiting(stage, [app.appId]);
    await promote(stage, app);
    await wait(SETTLE_MS);
    const before = await look(stage);
    await wait(WATCHED_MS);
    const after = await look(stage);
    const minutes = WATCHED_MS / 60_000;
    const calls = Object.keys(stage.config.sites).map((site) => {
      const perMinute = ((after.calls[site] ?? 0) - (before.calls[site] ?? 0)) / minutes;
      return figure(`QRS calls a minute at ${site}`, perMinute, 'calls', { bar: 12 });
    });
    return {
      scenario: 'rest',
      settings: { watchedSeconds: WATCHED_MS / 1000, watch: 'callback', sources: 1, targets: 1 },
      figures: [...calls, ...usageFigures(before.usage, after.usage)],
      notes: [],
    };
  } finally {
    await stage.close();
  }
}

interface Look {
  readonly calls: Readonly<Record<string, number>>;
  readonly usage: Readonly<Record<string, Pick<UsageReport, 'cpuMs' | 'rssBytes'>>>;
}

async function look(stage: Stage): Promise<Look> {
  const { worker, listener, temporalPid, qmc, config } = stage;
  const calls: Record<string, number> = {};
  for (const site of Object.keys(config.sites)) {
    const { counts } = await qmc.requests(site);
    calls[site] = Object.values(counts).reduce((sum, count) => sum + count, 0);
  }
  const temporal = await usageOfPid(temporalPid);
  const usage = { worker: await worker.usage(), listener: await listener.usage(), ...(temporal ? { temporal } : {}) };
  return { calls, usage };
}

function usageFigures(before: Look['usage'], after: Look['usage']): Figure[] {
  return Object.entries(after).flatMap(([name, { cpuMs, rssBytes }]) => {
    const cpu = (cpuMs - (before[name]?.cpuMs ?? cpuMs)) / (WATCHED_MS / 100);
    return [figure(`CPU of ${name}`, cpu, '% of a core'), figure(`RSS of ${name}`, rssBytes / MB, 'MB')];
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
