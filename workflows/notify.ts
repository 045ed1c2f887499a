import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Pace } from '../activities/pace.ts';
import type { OutgoingMail } from '../activities/promotion-types.ts';
import type { MailActivities } from '../activities/mail/create-mail-activities.ts';
import { workflowIds } from './contract.ts';

export interface NotifyArguments {
  readonly mail: OutgoingMail;
  readonly pace: Pace['mail'];
  readonly heartbeatMs?: number;
}

/** Sends one mail, for as long as mail is worth sending. Runs beside the promotion and outlives it. */
export async function notify({ mail, pace, heartbeatMs }: NotifyArguments): Promise<string> {
  const { giveUpMail } = proxyActivities<MailActivities>({
    startToCloseTimeout: '1 minute',
    heartbeatTimeout: heartbeatMs,
  });
  const { sendMail } = proxyActivities<MailActivities>({
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: heartbeatMs,
    scheduleToCloseTimeout: pace.giveUpAfterMs,
    summary: `${mail.mail.kind} mail`,
    retry: { initialInterval: pace.firstMs, backoffCoefficient: pace.factor, maximumInterval: pace.maxMs },
  });
  try {
    const { outcome } = await sendMail(mail);
    return outcome;
  } catch {
    // The ledger shows the failure with its cause; a mail that cannot go out is nobody's failed workflow.
    await giveUpMail(mail);
    return 'failed';
  }
}

/**
 * Starts mails beside the work and returns as soon as they have started: mail never holds a promotion up. A mail of
 * the same key that is still being sent is the same mail.
 */
export async function sendBeside(mails: readonly OutgoingMail[], pace: Pace): Promise<void> {
  for (const mail of mails) {
    try {
      await startChild(notify, {
        workflowId: workflowIds.notify(mail.promotionKey, mail.key),
        args: [{ mail, pace: pace.mail, heartbeatMs: pace.heartbeatMs }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${mail.mail.kind} mail`,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }
}
