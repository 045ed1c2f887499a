import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { curlTransfer } from './curl-transfer.ts';
import { figure, type Report } from './figure.ts';
import { historyOf } from './histories.ts';
import { prepareApp, promote, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';
import { median } from './statistics.ts';

const WARM_UP_BYTES = 50_000_000;
const WARM_UP_PAIRS = 3;
const TOLERANCE = 0.1;
const BACKUP_STEP = 'backupTarget';

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
  await settleDisk();
  const curlMs = await curlTransfer(stage, app);
  await settleDisk();
  const { ms } = await promote(stage, app);
  const { ranMs } = await historyOf(stage, app);
  await stage.forgetArtifacts();
  return { ms, curlMs, backupMs: ranMs.get(BACKUP_STEP) ?? 0, stepsMs: ranMs };
}

/** Writes out what is still in the cache, so that neither half pays for what the other wrote. */
async function settleDisk(): Promise<void> {
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
      'before each half': 'sync',
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
