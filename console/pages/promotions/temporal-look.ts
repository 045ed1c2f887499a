import { type PendingStep, pendingSteps } from '../../../temporal/pending-steps.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { temporalOrNone } from '../../server/temporal-or-none.ts';
import type { PromotionStory, Story } from '../../../views/promotion-story.ts';
import { targetSitesOf } from '../../../views/target-sites.ts';

/** What runs or waits for its next try now; `undefined` where Temporal does not answer. */
export type TemporalLook = (story: Story) => Promise<readonly PendingStep[] | undefined>;

/** A page is never held up longer than this. */
const PATIENCE_MS = 800;
/** Asks Temporal for what is pending of a promotion; where it is away, pages are made without it. */
export function createTemporalLook(context: ConsoleContext): TemporalLook {
  const ask = temporalOrNone(context, { patienceMs: PATIENCE_MS, what: 'what is pending' });
  return async ({ app, promotion }) => {
    if (!promotion || promotion.endedAtUtc !== null) return [];
    const ids = [workflowIds.promotion(app.site, app.appId), ...openDeliveries(promotion)];
    return ask((client) => pendingSteps(client, ids, PATIENCE_MS));
  };
}

/** Also of targets that the ledger has nothing of yet: their first step may be the one that waits. */
function openDeliveries({ promotionKey, decision, deliveries }: PromotionStory): string[] {
  const ended = new Set(deliveries.filter(({ endedAtUtc }) => endedAtUtc !== null).map(({ target }) => target));
  return targetSitesOf(decision)
    .filter((target) => !ended.has(target))
    .map((target) => workflowIds.deliver(promotionKey, target));
}
