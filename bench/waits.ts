import { setTimeout as wait } from 'node:timers/promises';
import { figure, type Figure, type Report } from './figure.ts';
import { workflowIds } from '../workflows/contract.ts';
import { REP } from './people.ts';
import { openStage, type Stage } from './stage.ts';
import { usageFigures, usageOf } from './usage.ts';

const OPEN = 500;
const IDLE = 1000;
const SETTLE_MS = 15_000;
const WATCHED_MS = 60_000;
const DATA_BYTES = 1000;
const READY_TIMEOUT_MS = 600_000;

/**
 * What waiting costs: nothing open, then 500 promotions that somebody asked for and nobody decided, then 1,000 more
 * apps that were only published. Each of the 1,500 has a promotion that waits.
 */
export async function waits(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  try {
    const empty = await watched(stage, ', nothing open');
    const openMs = await publish(stage, 'Open', OPEN, true);
    const open = await watched(stage, `, ${OPEN} open`);
    const idleMs = await publish(stage, 'Idle', IDLE, false);
    const all = await watched(stage, `, ${OPEN} open and ${IDLE} idle`);
    const began = performance.now();
    const rows = await stage.ledger.listAwaiting({ limit: OPEN + IDLE });
    const listMs = performance.now() - began;
    return {
      scenario: 'waits',
      settings: { open: OPEN, idle: IDLE, watchedSeconds: WATCHED_MS / 1000, watch: 'callback' },
      figures: [
        ...empty,
        ...open,
        ...all,
        figure('waiting', rows.length, 'promotions'),
        figure('until the open ones waited', openMs / 1000, 's'),
        figure('until the idle ones waited', idleMs / 1000, 's'),
        figure('list of all that wait', listMs, 'ms', { bar: 1000 }),
        figure('history events of one that waits, most', await mostEvents(stage, rows), 'events', { bar: 100 }),
      ],
      notes: [],
    };
  } finally {
    await stage.close();
  }
}

async function watched(stage: Stage, when: string): Promise<Figure[]> {
  await wait(SETTLE_MS);
  const before = await usageOf(stage);
  await wait(WATCHED_MS);
  return usageFigures(before, await usageOf(stage), WATCHED_MS, when);
}

/** Publishes so many apps, for each of which somebody chooses a target where `asked`; milliseconds until all wait. */
async function publish({ qmc, ledger }: Stage, name: string, count: number, asked: boolean): Promise<number> {
  const before = (await ledger.listAwaiting({ limit: OPEN + IDLE })).length;
  const began = performance.now();
  for (let nth = 0; nth < count; nth += 1) {
    const wanted = { name: `${name} ${nth}`, owner: REP, dataSizeBytes: DATA_BYTES };
    const app = await qmc.act<string>('dev', 'createApp', wanted);
    await qmc.act('dev', 'publish', { app, stream: 'Sales' });
    const properties = { PromoteToServer: ['test - Overwrite'] };
    if (asked) await qmc.act('dev', 'setProperties', { app, by: REP, properties });
  }
  while ((await ledger.listAwaiting({ limit: OPEN + IDLE })).length < before + count) {
    if (performance.now() - began > READY_TIMEOUT_MS) throw new Error('the apps do not wait for a decision');
    await wait(100);
  }
  return performance.now() - began;
}

async function mostEvents({ temporal }: Stage, rows: readonly { readonly appId: string }[]): Promise<number> {
  const lengths = rows.map(async ({ appId }) => {
    const handle = temporal.client.workflow.getHandle(workflowIds.promotion('dev', appId));
    return (await handle.describe()).historyLength;
  });
  return Math.max(...(await Promise.all(lengths)));
}
