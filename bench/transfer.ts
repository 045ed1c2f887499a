import { execFile } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { curlTransfer } from './curl-transfer.ts';
import { figure, type Report } from './figure.ts';
import { historyOf } from './histories.ts';
import { prepareApp, type PreparedApp, promote, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';
import { median } from './statistics.ts';

const WARM_UP_BYTES = 50_000_000;
const WARM_UP_PAIRS = 3;
const TOLERANCE = 0.1;
/** Files that hold the app during a half: the one exported, the one uploaded, and some room. */
const COPIES_A_HALF = 3;

interface Pair {
  readonly ms: number;
  readonly curlMs: number;
  readonly backupMs: number;
  readonly stepsMs: ReadonlyMap<string, number>;
}

export const hundredMb = (): Promise<Report> => transfer('100mb', 100_000_000, 1.6, 7);
export const oneGb = (): Promise<Report> => transfer('1gb', 1024 * 1024 * 1024, 1.25, 7);

/**
 * Approval set → source unpublished, Overwrite at one target, against `curl` export then `curl` upload of the same
 * app; in pairs, one after the other. The backup of what stands there holds no data (the default above 64 MB).
 */
async function transfer(scenario: string, dataBytes: number, bar: number, count: number): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  try {
    for (let nth = 0; nth < WARM_UP_PAIRS; nth += 1) await onePair(stage, `Warm ${nth}`, WARM_UP_BYTES);
    const pairs: Pair[] = [];
    for (let nth = 0; nth < count; nth += 1) pairs.push(await onePair(stage, `Transfer ${nth}`, dataBytes));
    return reportOf(scenario, dataBytes, bar, pairs);
  } finally {
    await stage.close();
  }
}

async function onePair(stage: Stage, name: string, dataBytes: number): Promise<Pair> {
  const app = await prepareApp(stage, name, dataBytes);
  await untilWaiting(stage, [app.appId]);
  await settle(stage, dataBytes);
  const curlMs = await curlTransfer(stage, app);
  await settle(stage, dataBytes);
  const { ms } = await promote(stage, app);
  const { ranMs } = await historyOf(stage, app);
  await stage.forgetArtifacts();
  return { ms, curlMs, backupMs: await backupMsOf(stage, app), stepsMs: ranMs };
}

/** From the look at what stands at the target to its export in the ledger. */
async function backupMsOf({ ledger }: Stage, { appId }: PreparedApp): Promise<number> {
  const [promotion] = await ledger.listPromotions({ appId });
  const records = await ledger.recordsOf(promotion?.promotionKey ?? '');
  const atMs = (type: string): number => Date.parse(records.find((record) => record.type === type)?.atUtc ?? '');
  return atMs('backup-kept') - atMs('found');
}

/**
 * Lets both halves begin alike. What is still to be written out is written out, so that neither pays for what the other
 * wrote. And as much memory as a half needs is taken and given back: on a virtual machine the first use of a page costs
 * more than the transfer of its bytes, and whichever half comes first would leave other pages to the second.
 */
async function settle({ folder }: Stage, dataBytes: number): Promise<void> {
  const file = path.join(folder, 'memory');
  const block = Buffer.alloc(1024 * 1024);
  const handle = await open(file, 'w');
  for (let bytes = 0; bytes < dataBytes * COPIES_A_HALF; bytes += block.length) await handle.write(block);
  await handle.close();
  await rm(file);
  await promisify(execFile)('sync');
}

function reportOf(scenario: string, dataBytes: number, bar: number, pairs: readonly Pair[]): Report {
  const ours = pairs.map(({ ms }) => ms);
  const theirs = pairs.map(({ curlMs }) => curlMs);
  const ratios = pairs.map(({ ms, curlMs }) => ms / curlMs);
  const steps = [...(pairs.at(-1)?.stepsMs ?? [])].map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`);
  return {
    scenario,
    settings: {
      pairs: pairs.length,
      dataBytes,
      targets: 1,
      mode: 'Overwrite',
      backup: 'without data',
      'before each half': 'sync, and memory used once',
    },
    figures: [
      figure('curl export then upload, median', median(theirs), 'ms'),
      figure('Waybill, median', median(ours), 'ms'),
      figure('of it the backup', median(pairs.map(({ backupMs }) => backupMs)), 'ms'),
      figure('Waybill by curl, median of the pairs', median(ratios), '×', { bar, tolerance: TOLERANCE }),
    ],
    notes: [`pairs: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`, `last: ${steps.join(', ')}`],
  };
}
