import type { DeliveryState, PromotionState } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import type { DeliveryStory } from './promotion-story.ts';

export const NOTHING_DELIVERED = 'nothing delivered';

const good: readonly string[] = ['promoted', 'verified', 'denied'] satisfies (PromotionState | DeliveryState)[];
const bad: readonly string[] = ['needs-operator', 'not-promoted', 'partly-promoted', 'aborted', 'expired'] satisfies (
  | PromotionState
  | DeliveryState
)[];

/** A delivery that ended in order and found no place to deliver to, as where the target has none of the streams. */
export function deliveredNothing({ state, items }: Pick<DeliveryStory, 'state' | 'items'>): boolean {
  return state === 'verified' && Array.isArray(items) && items.length === 0;
}

/** How a delivery stands; one that found no place to deliver to is not called a success. */
export function deliveryText(paint: Cli['paint'], delivery: Pick<DeliveryStory, 'state' | 'items'>): string {
  return deliveredNothing(delivery) ? paint.red(NOTHING_DELIVERED) : stateText(paint, delivery.state);
}

/** A state in its colour; the words are the ones of the contract, so that they can be searched for. */
export function stateText(paint: Cli['paint'], state: PromotionState | DeliveryState): string {
  if (good.includes(state)) return paint.green(state);
  return bad.includes(state) ? paint.red(state) : paint.cyan(state);
}
