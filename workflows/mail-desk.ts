import { CancellationScope, condition, proxyActivities } from '@temporalio/workflow';
import type { MailActivities } from '../activities/mail/create-mail-activities.ts';
import type { Pace } from '../activities/pace.ts';
import type { OutgoingMail } from '../activities/promotion-types.ts';
import { sendBeside } from './notify.ts';
import type { SharedTimer } from './shared-timer.ts';

/** How long the end of a run waits for mails under way; what is slower goes on in a workflow of its own. */
const LAST_WAIT_MS = 5000;

/**
 * Sends mails beside the work. The first try is an activity of the promotion itself, which nobody waits for; a mail
 * that does not go out at once is handed to a `notify` workflow, which outlives the promotion. Mail never holds a
 * promotion up and never repeats one.
 */
export class MailDesk {
  private readonly underWay = new Map<OutgoingMail, CancellationScope>();
  private readonly posted = new Set<string>();
  private readonly timer: SharedTimer;

  constructor(timer: SharedTimer) {
    this.timer = timer;
  }

  /** Sends each mail once: two looks at an app bring the same mail up while the first is still under way. */
  post(mails: readonly OutgoingMail[], pace: Pace): void {
    for (const mail of mails) {
      const identity = `${mail.promotionKey} ${mail.key}`;
      if (this.posted.has(identity)) continue;
      this.posted.add(identity);
      const scope = new CancellationScope();
      this.underWay.set(mail, scope);
      void this.send(scope, mail, pace);
    }
  }

  /** Before the run ends: waits a moment, then hands over what is still under way. */
  async settle(): Promise<void> {
    if (this.underWay.size === 0) return;
    if (await this.timer.until(() => this.underWay.size === 0, LAST_WAIT_MS)) return;
    for (const scope of this.underWay.values()) scope.cancel();
    await condition(() => this.underWay.size === 0);
  }

  private async send(scope: CancellationScope, mail: OutgoingMail, pace: Pace): Promise<void> {
    const { sendMail } = proxyActivities<MailActivities>({
      startToCloseTimeout: '2 minutes',
      heartbeatTimeout: pace.heartbeatMs,
      summary: `${mail.mail.kind} mail`,
      retry: { maximumAttempts: 1 },
    });
    try {
      await scope.run(() => sendMail(mail));
    } catch {
      await sendBeside([mail], pace);
    } finally {
      this.underWay.delete(mail);
    }
  }
}
