import { setTimeout as wait } from 'node:timers/promises';
import { figure, type Report } from './figure.ts';
import { prepareApp, promote, untilWaiting } from './promote.ts';
import { openStage, type Stage } from './stage.ts';

const MB = 1024 * 1024;
const WARM_UP_BYTES = [1_000_000, 100_000_000, 100_000_000, 100_000_000];
const SMALLER_BYTES = 100_000_000;
const LARGER_BYTES = 4 * 1024 * MB;
const QUIET_MS = 5000;

/** How much one transfer raises the worker's memory (RSS, sampled every 20 ms) above that of the idle, warm worker. */
export async function memory(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  try {
    const { rssBytes: coldBytes } = await stage.worker.usage();
    for (const [nth, bytes] of WARM_UP_BYTES.entries()) await peakOf(stage, `Warm ${nth}`, bytes);
    const smaller = await peakOf(stage, 'Smaller', SMALLER_BYTES);
    const larger = await peakOf(stage, 'Larger', LARGER_BYTES);
    const more = larger.peakBytes - larger.idleBytes - (smaller.peakBytes - smaller.idleBytes);
    const raised = (one: Peak): number => (one.peakBytes - one.idleBytes) / MB;
    return {
      scenario: 'memory',
      settings: { smallerBytes: SMALLER_BYTES, largerBytes: LARGER_BYTES, warmUp: WARM_UP_BYTES.length },
      figures: [
        figure('worker, just started', coldBytes / MB, 'MB'),
        figure('worker, idle after the warm-up', smaller.idleBytes / MB, 'MB'),
        figure('raised by a transfer of 100 MB', raised(smaller), 'MB', { bar: 128 }),
        figure('raised by a transfer of 4 GB', raised(larger), 'MB', { bar: 128 }),
        figure('4 GB more than 100 MB', more / MB, 'MB', { bar: 32 }),
        figure('highest at all', larger.peakBytes / MB, 'MB'),
        figure('the 4 GB took', larger.ms / 1000, 's'),
      ],
      notes: [],
    };
  } finally {
    await stage.close();
  }
}

interface Peak {
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly ms: number;
}

async function peakOf(stage: Stage, name: string, dataBytes: number): Promise<Peak> {
  const app = await prepareApp(stage, name, dataBytes);
  await untilWaiting(stage, [app.appId]);
  await wait(QUIET_MS);
  const { rssBytes: idleBytes } = await stage.worker.usage();
  const { ms } = await promote(stage, app);
  const { peakRssBytes: peakBytes } = await stage.worker.usage();
  await stage.forgetArtifacts();
  return { idleBytes, peakBytes, ms };
}
