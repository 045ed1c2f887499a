import type { DeliveryState, PromotionState } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import type { DeliveryStory } from '../../views/promotion-story.ts';
import { deliveredNothing, NOTHING_DELIVERED, toneOf } from '../../views/state-tone.ts';

/** How a delivery stands; one that found no place to deliver to is not called a success. */
export function deliveryText(paint: Cli['paint'], delivery: Pick<DeliveryStory, 'state' | 'items'>): string {
  return deliveredNothing(delivery) ? paint.red(NOTHING_DELIVERED) : stateText(paint, delivery.state);
}

/** A state in its colour; the words are the ones of the contract, so that they can be searched for. */
export function stateText(paint: Cli['paint'], state: PromotionState | DeliveryState): string {
  const tone = toneOf(state);
  if (tone === 'good') return paint.green(state);
  return tone === 'bad' ? paint.red(state) : paint.cyan(state);
}
