import { type PendingStep, pendingSteps } from '../../../temporal/pending-steps.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { within } from '../../server/within.ts';
import type { PromotionStory, Story } from '../../../views/promotion-story.ts';

/** What runs or waits for its next try now; `undefined` where Temporal does not answer. */
export type TemporalLook = (story: Story) => Promise<readonly PendingStep[] | undefined>;

/** A page is never held up longer than this. */
const PATIENCE_MS = 800;
/** After Temporal did not answer, pages do not ask it for this long. */
const AGAIN_AFTER_MS = 10_000;

/** Asks Temporal for what is pending of a promotion; where it is away, pages are made without it. */
export function createTemporalLook({ temporal, logger }: ConsoleContext): TemporalLook {
  let awayUntil = 0;
  return async ({ app, promotion }) => {
    if (!promotion || promotion.endedAtUtc !== null) return [];
    if (Date.now() < awayUntil) return undefined;
    const ids = [workflowIds.promotion(app.site, app.appId), ...openDeliveries(promotion)];
    try {
      return await within(PATIENCE_MS, async () => pendingSteps((await temporal()).client, ids, PATIENCE_MS));
    } catch (error) {
      awayUntil = Date.now() + AGAIN_AFTER_MS;
      logger.warn({ err: error }, 'Temporal could not be asked what is pending');
      return undefined;
    }
  };
}

/** Also of targets that the ledger has nothing of yet: their first step may be the one that waits. */
function openDeliveries({ promotionKey, decision, deliveries }: PromotionStory): string[] {
  const ended = new Set(deliveries.filter(({ endedAtUtc }) => endedAtUtc !== null).map(({ target }) => target));
  const targets = [...new Set(decision.targets.map(({ site }) => site))];
  return targets.filter((target) => !ended.has(target)).map((target) => workflowIds.deliver(promotionKey, target));
}
