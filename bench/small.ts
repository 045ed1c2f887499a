import { type BareScript, openBareScript } from './bare-script.ts';
import { countByPurpose } from './call-purposes.ts';
import { figure, type Report } from './figure.ts';
import { historyOf } from './histories.ts';
import { type PreparedApp, prepareApp, promote, untilWaiting } from './promote.ts';
import { recordCalls } from './recorded-calls.ts';
import { openStage, type Stage } from './stage.ts';
import { stepGaps } from './step-gaps.ts';
import { median, quantile } from './statistics.ts';

const DATA_BYTES = 1_000_000;
const WARM_UP = 5;
const ROUNDS = 30;
const TOLERANCE = 0.15;

interface Round {
  readonly ms: number;
  readonly bareMs: number;
  readonly steps: readonly string[];
  readonly calls: ReadonlyMap<string, number>;
  readonly gapsMs: readonly number[];
}

/**
 * Approval set → source unpublished, Overwrite at one target, 1 MB, backup with data, against a bare undici script
 * that does the same QRS calls in a row.
 */
export async function small(): Promise<Report> {
  const stage = await openStage({ sites: ['dev', 'test'] });
  const bare = await openBareScript(stage);
  try {
    const rounds: Round[] = [];
    for (let nth = 0; nth < WARM_UP + ROUNDS; nth += 1) rounds.push(await oneRound(stage, bare, nth));
    return reportOf(rounds.slice(WARM_UP));
  } finally {
    await bare.close();
    await stage.close();
  }
}

async function oneRound(stage: Stage, bare: BareScript, nth: number): Promise<Round> {
  const app = await prepareApp(stage, `Small ${nth}`, DATA_BYTES);
  const other: PreparedApp = await prepareApp(stage, `Bare ${nth}`, DATA_BYTES);
  await untilWaiting(stage, [app.appId, other.appId]);
  const times = await promote(stage, app);
  const recorded = await recordCalls(stage, app, times);
  const bareMs = await bare.run(recorded, other);
  const { awaited } = await historyOf(stage, app, times.approvedAtUtc);
  // The watch's own step comes first; what is awaited after the source is gone is not in the time.
  const steps = ['readAndRouteLocally', ...awaited.filter((name) => name !== 'closePromotion')];
  const gapsMs = await stepGaps(stage, app, times.approvedAtUtc);
  return { ms: times.ms, bareMs, steps, calls: countByPurpose(recorded.calls), gapsMs };
}

function reportOf(rounds: readonly Round[]): Report {
  const ours = rounds.map(({ ms }) => ms);
  const floor = rounds.map(({ bareMs }) => bareMs);
  const last = rounds.at(-1);
  const steps = last?.steps ?? [];
  const calls = [...(last?.calls ?? [])];
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  const added = (median(ours) - median(floor)) / steps.length;
  return {
    scenario: 'small',
    settings: { rounds: rounds.length, 'warm-up': WARM_UP, dataBytes: DATA_BYTES, targets: 1, mode: 'Overwrite' },
    figures: [
      figure('Waybill p50', median(ours), 'ms'),
      figure('Waybill p99', quantile(ours, 0.99), 'ms'),
      figure(`bare undici script, the same ${total} calls in a row, p50`, median(floor), 'ms'),
      figure('bare undici script p99', quantile(floor, 0.99), 'ms'),
      figure('Waybill by bare script, p50', median(ours) / median(floor), '×', { bar: 5, tolerance: TOLERANCE }),
      figure(
        'added for one more awaited activity of a workflow, p50',
        median(rounds.flatMap(({ gapsMs }) => gapsMs)),
        'ms',
        {
          bar: 20,
          tolerance: TOLERANCE,
        },
      ),
      figure(
        `all that is added, callback, signals and the child workflow too, by ${steps.length} activities`,
        added,
        'ms',
      ),
    ],
    notes: [`awaited activities: ${steps.join(', ')}`, ...calls.map(([purpose, count]) => `${count} × ${purpose}`)],
  };
}
