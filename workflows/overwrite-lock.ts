import { ChildWorkflowFailure, ApplicationFailure, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { OverwriteInput, ReplacedOutcome } from '../activities/delivery-types.ts';
import { workflowIds } from './contract.ts';
import { type DeliveryDesk, deliveryAttributes } from './delivery-desk.ts';
import { StepGivenUp } from './operator.ts';
import { overwrite } from './overwrite.ts';

/** Runs the overwrite of one target app as the only one: its workflow id is the lock. Waits while another holds it. */
export async function overwriteUnderLock(input: OverwriteInput, desk: DeliveryDesk): Promise<ReplacedOutcome> {
  const workflowId = workflowIds.overwrite(input.site, input.step.targetAppId);
  let waitMs = input.pace.lockRetry.firstMs;
  for (;;) {
    try {
      const child = await startChild(overwrite, {
        workflowId,
        args: [input],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        searchAttributes: deliveryAttributes(input),
        staticSummary: `replace ${input.decision.app.name} at ${input.site}`,
      });
      desk.enter('publishing');
      desk.lockedChildId = workflowId;
      return await child.result();
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw givenUpBelow(error);
    } finally {
      desk.lockedChildId = undefined;
    }
    desk.enter('waiting-for-lock');
    await desk.operator.throwIfOrdered('wait for the lock');
    await desk.timer.until(() => desk.operator.hasOrder, waitMs);
    waitMs = Math.min(waitMs * 2, input.pace.lockRetry.maxMs);
  }
}

/** A child that an operator gave up tells so by its failure; here it becomes the order again. */
function givenUpBelow(error: unknown): unknown {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'WAYBILL_PROMOTION_GIVEN_UP') return error;
  const [action] = cause.details as [StepGivenUp['action']];
  return new StepGivenUp(action, cause.message);
}
