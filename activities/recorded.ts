import { waybillError } from '../common/errors/catalogue.ts';
import type { ActivityDependencies } from './dependencies.ts';

type Subject = { readonly promotionKey: string } | { readonly decision: { readonly promotionKey: string } };

/**
 * A step that changes something outside, refused when the ledger does not know its promotion: the ledger was put back
 * from a backup, and what Temporal still runs is settled by a person, not by going on.
 *
 * @throws WAYBILL_PROMOTION_RECORD_MISSING
 */
export function recordedOnly<I extends Subject, O>(
  deps: ActivityDependencies,
  step: (deps: ActivityDependencies, input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return async (input) => {
    if (!(await isRecorded(deps, input))) {
      throw waybillError('WAYBILL_PROMOTION_RECORD_MISSING', { promotionKey: keyOf(input) });
    }
    return step(deps, input);
  };
}

/** Whether the ledger knows the promotion. */
export async function isRecorded({ ledger }: ActivityDependencies, subject: Subject): Promise<boolean> {
  return (await ledger.getPromotion(keyOf(subject))) !== undefined;
}

function keyOf(subject: Subject): string {
  return 'decision' in subject ? subject.decision.promotionKey : subject.promotionKey;
}
