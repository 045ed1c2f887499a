import { condition, defineSignal, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { GatherInput, OpenedAlert } from '../activities/alert-types.ts';
import { alertRecords, questions, whyFailed } from './alert-steps.ts';
import { type ReloadAlertInput, type ReloadNews, type ReloadOutcome, signals } from './contract.ts';

export const reloadNewsSignal = defineSignal<[ReloadNews]>(signals.reloadNews);

const LONGEST_CHECK_MS = 300_000;

/**
 * One failed reload of Qlik Cloud: `reloadAlert/<tenant>/<reloadId>`. Waits until the reload has truly ended, gathers
 * what Qlik Cloud knows of it, and hands the alert to whoever wants it, with what could be had.
 */
export async function reloadAlert(input: ReloadAlertInput): Promise<'alerted' | 'passed'> {
  const { tenant, reloadId, appId, heartbeatMs } = input;
  const news: ReloadNews[] = [];
  setHandler(reloadNewsSignal, (one) => void news.push(one));
  await condition(() => news.length > 0);
  const { openAlert, passAlert, routeAlert } = alertRecords(heartbeatMs);

  const opened = await openAlert({ tenant, reloadId, appId, news: latest(news) });
  if (opened.ended) return opened.ended;
  const outcome = await endOfReload(input, opened, news);
  if (outcome === 'succeeded' || (outcome === 'canceled' && !opened.alertsCanceled)) {
    await passAlert({ tenant, reloadId });
    return 'passed';
  }
  // What came meanwhile says more than the attempt that it began with.
  await openAlert({ tenant, reloadId, appId, news: { ...latest(news), outcome, isFinal: true } });
  setCurrentDetails('Gathering what Qlik Cloud knows of the reload');
  await gather(input, opened, ['reload', 'app', 'item', 'log']);
  await gather(input, opened, ['owner', 'user']);
  const channels = await routeAlert({ tenant, reloadId });
  setCurrentDetails(`Handed to ${channels} channel${channels === 1 ? '' : 's'}`);
  return 'alerted';
}

/** The end of the reload: told by an event, by Qlik Cloud when asked, or taken for granted after a while. */
async function endOfReload(
  { tenant, reloadId, heartbeatMs }: ReloadAlertInput,
  { pace }: OpenedAlert,
  news: readonly ReloadNews[],
): Promise<ReloadOutcome> {
  const told = (): ReloadOutcome | undefined => news.find(({ isFinal }) => isFinal)?.outcome;
  const untilMs = Date.now() + pace.settleMs;
  const { askOutcome } = questions(pace.attemptMs, pace.gatherMs, heartbeatMs);
  for (let waitMs = pace.settleCheckMs; told() === undefined; waitMs = Math.min(waitMs * 2, LONGEST_CHECK_MS)) {
    const { outcome } = await askOutcome({ tenant, reloadId }).catch(unanswered);
    // Nobody can say: an alert too many is better than one too few.
    if (outcome === 'unknown') break;
    if (outcome !== undefined) return outcome;
    if (Date.now() >= untilMs) break;
    setCurrentDetails('An attempt failed; the reload may be tried again by itself');
    await condition(() => told() !== undefined, Math.max(1, Math.min(waitMs, untilMs - Date.now())));
  }
  return told() ?? latest(news).outcome;
}

function unanswered(error: unknown): { outcome: 'unknown' } {
  whyFailed(error);
  return { outcome: 'unknown' };
}

/** Asks for parts at the same time; what cannot be had is noted as missing. */
async function gather(
  { tenant, reloadId, appId, heartbeatMs }: ReloadAlertInput,
  { pace }: OpenedAlert,
  parts: readonly GatherInput['part'][],
): Promise<void> {
  const { gatherPart } = questions(pace.attemptMs, pace.gatherMs, heartbeatMs);
  const { noteMissing } = alertRecords(heartbeatMs);
  await Promise.all(
    parts.map(async (part) => {
      try {
        await gatherPart({ tenant, reloadId, appId, part });
      } catch (error) {
        await noteMissing({ tenant, reloadId, part, why: whyFailed(error) });
      }
    }),
  );
}

/** The final one where there is one, else the last that came. */
function latest(news: readonly ReloadNews[]): ReloadNews {
  const found = news.find(({ isFinal }) => isFinal) ?? news.at(-1);
  if (!found) throw new Error('no news of the reload');
  return found;
}
