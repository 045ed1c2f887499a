import { type Figure, figure, type Report } from './figure.ts';
import { historyOf } from './histories.ts';
import { approve, ended, type PreparedApp, prepareApp, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';
import { median } from './statistics.ts';
import { type Usage, usageOf } from './usage.ts';

const APPS = 100;
const BATCHES = 3;
const WARM_UP = 5;
const DATA_BYTES = 100_000;
const TOLERANCE = 0.15;

interface Batch {
  readonly ms: number;
  readonly callsPerApp: number;
  readonly events: readonly number[];
  readonly processor: readonly Figure[];
}

/**
 * 100 apps approved in one batch, against 100 approved one after another: half of them before the batch and half after
 * it, so that a machine whose speed drifts does not tell in the ratio; the median of three. QRS calls and history
 * events an app.
 */
export async function batch(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  try {
    await inARow(stage, 'Warm', WARM_UP);
    const halvesMs = [await inARow(stage, 'Half 0', APPS / 2)];
    const batches: Batch[] = [];
    for (let nth = 1; nth <= BATCHES; nth += 1) {
      batches.push(await atOnce(stage, `Batch ${nth}`));
      halvesMs.push(await inARow(stage, `Half ${nth}`, APPS / 2));
    }
    return reportOf(
      batches,
      batches.map((_, nth) => (halvesMs[nth] ?? 0) + (halvesMs[nth + 1] ?? 0)),
    );
  } finally {
    await stage.close();
  }
}

/** `rowsMs`: what 100 took one after another, around each batch. */
function reportOf(batches: readonly Batch[], rowsMs: readonly number[]): Report {
  const ratios = batches.map(({ ms }, nth) => ms / (rowsMs[nth] ?? Number.NaN));
  const events = batches.flatMap((one) => one.events);
  return {
    scenario: 'batch',
    settings: { batches: BATCHES, apps: APPS, dataBytes: DATA_BYTES, targets: 1, mode: 'Overwrite' },
    figures: [
      figure('promoted', events.length, 'apps'),
      figure('all in one batch, median', median(batches.map(({ ms }) => ms)) / 1000, 's'),
      figure('one after another, median', median(rowsMs) / 1000, 's'),
      figure('batch by one after another, median', median(ratios), '×', { bar: 0.5, tolerance: TOLERANCE }),
      ...(batches.at(-1)?.processor ?? []),
      figure('QRS calls an app, watching included', Math.max(...batches.map((one) => one.callsPerApp)), 'calls', {
        bar: 30,
      }),
      figure('history events an app, all its workflows, median', median(events), 'events'),
      figure('history events an app, most', Math.max(...events), 'events', { bar: 200 }),
    ],
    notes: [`batches: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`],
  };
}

/** Approves 100 apps, and waits for all. */
async function atOnce(stage: Stage, name: string): Promise<Batch> {
  const apps = await prepareAll(stage, name, APPS);
  const callsBefore = await callsSoFar(stage);
  const usageBefore = await usageOf(stage);
  const began = performance.now();
  for (const app of apps) await approve(stage, app.appId);
  await Promise.all(apps.map((app) => ended(stage, app.appId)));
  const ms = performance.now() - began;
  const processor = processorTimes(usageBefore, await usageOf(stage));
  const callsPerApp = ((await callsSoFar(stage)) - callsBefore) / APPS;
  const events = await Promise.all(apps.map(async (app) => (await historyOf(stage, app)).events));
  return { ms, callsPerApp, events, processor };
}

/** What one app of the batch costs each process. */
function processorTimes(before: Usage, after: Usage): Figure[] {
  return Object.entries(after).map(([name, { cpuMs }]) =>
    figure(`processor time of ${name}, an app of the batch`, (cpuMs - (before[name]?.cpuMs ?? 0)) / APPS, 'ms'),
  );
}

/** Milliseconds for all: each is approved when the one before has ended. */
async function inARow(stage: Stage, name: string, count: number): Promise<number> {
  const apps = await prepareAll(stage, name, count);
  const began = performance.now();
  for (const app of apps) {
    await approve(stage, app.appId);
    await ended(stage, app.appId);
  }
  return performance.now() - began;
}

async function prepareAll(stage: Stage, name: string, count: number): Promise<PreparedApp[]> {
  const apps: PreparedApp[] = [];
  for (let at = 0; at < count; at += 1) apps.push(await prepareApp(stage, `${name} ${at}`, DATA_BYTES));
  const ids = apps.map((app) => app.appId);
  await untilWaiting(stage, ids);
  return apps;
}

async function callsSoFar({ qmc, config }: Stage): Promise<number> {
  const all = await Promise.all(Object.keys(config.sites).map((site) => qmc.requests(site)));
  return all.reduce((sum, { counts }) => sum + Object.values(counts).reduce((a, b) => a + b, 0), 0);
}
