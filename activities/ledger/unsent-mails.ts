import type { ActivityDependencies } from '../dependencies.ts';
import { isOff } from '../mail/create-mail-activities.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { OutgoingMail } from '../promotion-types.ts';

/**
 * The mails that nobody took up yet; none that is switched off. A repeated step tells nobody twice. Each is written
 * down before it is handed out, so that it can be sent though the workflow that had it is gone (`resumeMails`).
 */
export async function unsentMails(
  deps: ActivityDependencies,
  mails: readonly OutgoingMail[],
): Promise<readonly OutgoingMail[]> {
  const config = deps.config();
  const unsent: OutgoingMail[] = [];
  for (const one of mails) {
    if (isOff(config, one)) continue;
    const messageId = messageIdOf({ installationId: config.installation.id, ...one });
    const standing = await deps.ledger.getMail(messageId);
    if (standing && (standing.state !== 'queued' || standing.attempts > 0)) continue;
    if (!standing) await noteUnsent(deps, messageId, one);
    unsent.push(one);
  }
  return unsent;
}

/** Addresses and words are made when it is sent. */
async function noteUnsent(deps: ActivityDependencies, messageId: string, order: OutgoingMail): Promise<void> {
  const { promotionKey, mail } = order;
  const row = { messageId, promotionKey, kind: mail.kind, to: [], subject: '', order };
  await deps.ledger.upsertMail({ ...row, state: 'queued', attempts: 0 });
}
