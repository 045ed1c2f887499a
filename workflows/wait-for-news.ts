import type { Pace } from '../activities/pace.ts';
import type { AppKey, NextStep } from '../activities/promotion-types.ts';
import { records } from './activity-options.ts';
import type { PromotionDesk } from './promotion-desk.ts';

type Wait = Extract<NextStep, { kind: 'wait' }>;

/** Waits for something to look at; reminds the approvers on the way, and stops waiting when the time is over. */
export async function waitForNews(
  key: AppKey,
  desk: PromotionDesk,
  wait: Wait,
  pace: Pace,
): Promise<'news' | 'expired'> {
  const expiresAtMs = wait.expireInMs === undefined ? undefined : Date.now() + wait.expireInMs;
  let remindInMs = wait.remindInMs;
  for (;;) {
    const leftMs = expiresAtMs === undefined ? undefined : Math.max(1, expiresAtMs - Date.now());
    if (await desk.timer.until(() => desk.hasNews, shorter(remindInMs, leftMs))) return 'news';
    if (expiresAtMs !== undefined && Date.now() >= expiresAtMs) {
      desk.mails.post(await records(pace).expireWait(key), pace);
      desk.enter('expired');
      return 'expired';
    }
    const reminder = await records(pace).remind(key);
    desk.mails.post(reminder.mails, pace);
    remindInMs = reminder.remindInMs;
  }
}

function shorter(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return Math.min(left, right);
}
