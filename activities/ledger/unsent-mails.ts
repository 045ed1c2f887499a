import type { ActivityDependencies } from '../dependencies.ts';
import { messageIdOf } from '../mail/message-id.ts';
import type { OutgoingMail } from '../promotion-types.ts';

/** The mails that nobody took up yet; none where mail is switched off. A repeated step tells nobody twice. */
export async function unsentMails(
  deps: ActivityDependencies,
  mails: readonly OutgoingMail[],
): Promise<readonly OutgoingMail[]> {
  const { mail, installation } = deps.config();
  if (!mail.enabled) return [];
  const unsent: OutgoingMail[] = [];
  for (const one of mails) {
    const standing = await deps.ledger.getMail(messageIdOf({ installationId: installation.id, ...one }));
    if (!standing) unsent.push(one);
  }
  return unsent;
}
