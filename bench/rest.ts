import { setTimeout as wait } from 'node:timers/promises';
import { figure, type Report } from './figure.ts';
import { prepareApp, promote, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';
import { type Usage, usageFigures, usageOf } from './usage.ts';

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
      figures: [...calls, ...usageFigures(before.usage, after.usage, WATCHED_MS)],
      notes: [],
    };
  } finally {
    await stage.close();
  }
}

interface Look {
  readonly calls: Readonly<Record<string, number>>;
  readonly usage: Usage;
}

async function look(stage: Stage): Promise<Look> {
  const { qmc, config } = stage;
  const calls: Record<string, number> = {};
  for (const site of Object.keys(config.sites)) {
    const { counts } = await qmc.requests(site);
    calls[site] = Object.values(counts).reduce((sum, count) => sum + count, 0);
  }
  return { calls, usage: await usageOf(stage) };
}
