import type { AppKey, Assessment } from '../activities/promotion-types.ts';
import { firstLook } from './activity-options.ts';
import { locallyFirst } from './locally-first.ts';
import type { PromotionDesk } from './promotion-desk.ts';

/** What the app's state asks for now; claimed and recorded where it is a decision, and told where it is news. */
export async function lookAtApp(key: AppKey, desk: PromotionDesk): Promise<Assessment> {
  desk.takeLooks();
  const assessment = await desk.attendFirst('look at the app', () =>
    locallyFirst(
      desk.pace,
      (steps) => steps.assessLocally(key),
      () => firstLook(key.site, desk.pace).assess(key),
    ),
  );
  desk.note(assessment);
  desk.mails.post(assessment.mails, assessment.pace);
  return assessment;
}
