import type { DeliveryState, PromotionState } from '../workflows/contract.ts';
import type { DeliveryStory } from './promotion-story.ts';

/** How a state is to be taken: it ended well, it needs somebody or ended otherwise than wanted, or it is under way. */
export type Tone = 'good' | 'bad' | 'under-way';

export const NOTHING_DELIVERED = 'nothing delivered';

const good: readonly string[] = ['promoted', 'verified', 'denied'] satisfies (PromotionState | DeliveryState)[];
const bad: readonly string[] = ['needs-operator', 'not-promoted', 'partly-promoted', 'aborted', 'expired'] satisfies (
  | PromotionState
  | DeliveryState
)[];

/** How the state of a promotion or a delivery is to be taken. */
export function toneOf(state: PromotionState | DeliveryState): Tone {
  if (good.includes(state)) return 'good';
  return bad.includes(state) ? 'bad' : 'under-way';
}

/** A delivery that ended in order and found no place to deliver to, as where the target has none of the streams. */
export function deliveredNothing({ state, items }: Pick<DeliveryStory, 'state' | 'items'>): boolean {
  return state === 'verified' && Array.isArray(items) && items.length === 0;
}
