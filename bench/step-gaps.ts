import type { PreparedApp } from './promote.ts';
import type { Stage } from './stage.ts';

const BESIDE_THE_WORK = new Set(['sendMail']);
/** After it a delivery waits for the export. */
const BEFORE_A_WAIT = new Set(['planDelivery', 'planDeliveryLocally']);

/**
 * Milliseconds between the end of one awaited activity and the start of the next, as the worker saw them, where both
 * belong to one workflow and nothing else was awaited in between: what Temporal adds for one more activity.
 */
export async function stepGaps(stage: Stage, { appId }: PreparedApp, sinceUtc: string): Promise<number[]> {
  const [source = ''] = Object.keys(stage.config.sources);
  const [promotion] = await stage.ledger.listPromotions({ site: source, appId });
  const attempts = await stage.ledger.attemptsOf({ promotionKey: promotion?.promotionKey ?? '' });
  const awaited = attempts.filter((one) => one.startedAtUtc >= sinceUtc && !BESIDE_THE_WORK.has(one.activityType));
  return awaited.flatMap((attempt, index) => {
    const next = awaited[index + 1];
    if (!next || !attempt.endedAtUtc || BEFORE_A_WAIT.has(attempt.activityType)) return [];
    if (next.workflowId !== attempt.workflowId) return [];
    return [Date.parse(next.startedAtUtc) - Date.parse(attempt.endedAtUtc)];
  });
}
