import { allHandlersFinished, ApplicationFailure, condition } from '@temporalio/workflow';
import type { OverwriteInput, ReplacedOutcome } from '../activities/delivery-types.ts';
import { targetSteps, targetTransfers } from './activity-options.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { StepGivenUp } from './operator.ts';

/**
 * Replaces one target app: `overwrite/<site>/<target app>`; its id is the lock, so that two promotions never write
 * one app at the same time. What stood there is kept as an artifact before it is replaced.
 */
export async function overwrite(input: OverwriteInput): Promise<ReplacedOutcome> {
  const desk = new DeliveryDesk(input);
  const { pace, site } = input;
  try {
    const { backupTarget } = targetTransfers(site, pace, input.artifact.sizeBytes);
    await desk.operator.attend('keep what stands there', pace, () => backupTarget(input));
    desk.enter('publishing');
    const { replaceTarget } = targetSteps(site, pace);
    const outcome = await desk.operator.attend('replace', pace, () => replaceTarget(input));
    await condition(allHandlersFinished);
    return outcome;
  } catch (error) {
    if (!(error instanceof StepGivenUp)) throw error;
    await condition(allHandlersFinished);
    throw ApplicationFailure.nonRetryable(error.why, 'WAYBILL_PROMOTION_GIVEN_UP', error.action);
  }
}
