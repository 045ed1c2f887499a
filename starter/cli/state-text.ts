import type { DeliveryState, PromotionState } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';

const good: readonly string[] = ['promoted', 'verified', 'denied'] satisfies (PromotionState | DeliveryState)[];
const bad: readonly string[] = ['needs-operator', 'not-promoted', 'partly-promoted', 'aborted', 'expired'] satisfies (
  | PromotionState
  | DeliveryState
)[];

/** A state in its colour; the words are the ones of the contract, so that they can be searched for. */
export function stateText(paint: Cli['paint'], state: PromotionState | DeliveryState): string {
  if (good.includes(state)) return paint.green(state);
  return bad.includes(state) ? paint.red(state) : paint.cyan(state);
}
